-- Credentials for Amazon's registry, and the times of pushes: registries: { "1234.dkr.ecr.eu-central-1.amazonaws.com": { plugin: ecr } }.
--
-- The keys come from the options, or from where Amazon's own tools look for them, in their order: AWS_ACCESS_KEY_ID and
-- AWS_SECRET_ACCESS_KEY, the files ~/.aws/credentials and ~/.aws/config, a web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN), the
-- container's (AWS_CONTAINER_CREDENTIALS_...), and the machine's role. They need ecr:GetAuthorizationToken, ecr:BatchGetImage,
-- ecr:GetDownloadUrlForLayer, and for times ecr:DescribeImages.

local function region_of(host, options)
  local region = options.region or string.match(host, "%.dkr%.ecr[%w-]*%.([%w-]+)%.amazonaws%.com")
  if not region then error("the registry " .. host .. " does not name its region: set the option region", 0) end
  return region
end

local function endpoint_of(host, options, service, region)
  if options.endpoint then return (string.gsub(options.endpoint, "/+$", "")) end
  local suffix = string.match(host, "%.cn$") and "amazonaws.com.cn" or "amazonaws.com"
  return "https://" .. service .. "." .. region .. "." .. suffix
end

-- [profile] and name = value
local function section(text, name)
  local found, current = {}, nil
  for line in string.gmatch(text .. "\n", "([^\n]*)\n") do
    local header = string.match(line, "^%s*%[%s*(.-)%s*%]%s*$")
    local key, value = string.match(line, "^%s*([%w_]+)%s*=%s*(.-)%s*$")
    if header then current = string.gsub(header, "^profile%s+", "") elseif key and current == name then found[key] = value end
  end
  return found
end

local function keys(id, secret, token) return id and secret and { id = id, secret = secret, token = token } or nil end

local function from_json(text, agent)
  local answer = agent.json.decode(text)
  return keys(answer.AccessKeyId, answer.SecretAccessKey, answer.Token)
end

local function from_files(options, agent)
  local directory = (agent.env("HOME") or "/root") .. "/.aws/"
  local profile = options.profile or agent.env("AWS_PROFILE") or "default"
  for _, path in ipairs({
    agent.env("AWS_SHARED_CREDENTIALS_FILE") or directory .. "credentials",
    agent.env("AWS_CONFIG_FILE") or directory .. "config",
  }) do
    local found = agent.files.exists(path) and section(agent.files.read(path), profile) or {}
    local these = keys(found.aws_access_key_id, found.aws_secret_access_key, found.aws_session_token)
    if these then return these end
  end
  return nil
end

local function from_web_identity(host, options, agent)
  local file, role = agent.env("AWS_WEB_IDENTITY_TOKEN_FILE"), agent.env("AWS_ROLE_ARN")
  if not file or not role then return nil end
  local function escaped(text)
    return (string.gsub(text, "[^%w%-%._~]", function(c) return "%" .. string.upper(agent.crypto.hex_encode(c)) end))
  end
  local token = string.gsub(agent.files.read(file), "%s+$", "")
  local answer = agent.http.request({
    method = "POST", url = (options.sts_endpoint or endpoint_of(host, {}, "sts", region_of(host, options))) .. "/",
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
    body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" .. escaped(role)
      .. "&RoleSessionName=" .. escaped(agent.env("AWS_ROLE_SESSION_NAME") or "grapnel")
      .. "&WebIdentityToken=" .. escaped(token),
  })
  if answer.status ~= 200 then error("the role of the web identity was not lent: status " .. answer.status, 0) end
  local function part(name) return string.match(answer.body, "<" .. name .. ">([^<]+)</" .. name .. ">") end
  return keys(part("AccessKeyId"), part("SecretAccessKey"), part("SessionToken"))
end

local function from_container(agent)
  local url, path = agent.env("AWS_CONTAINER_CREDENTIALS_FULL_URI"), agent.env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
  if path then url = "http://169.254.170.2" .. path end
  if not url then return nil end
  local token, file = agent.env("AWS_CONTAINER_AUTHORIZATION_TOKEN"), agent.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
  if file then token = string.gsub(agent.files.read(file), "%s+$", "") end
  local answer = agent.http.get(url, { headers = token and { Authorization = token } or {}, timeout = "5s" })
  if answer.status ~= 200 then error("the container's credentials were not given: status " .. answer.status, 0) end
  return from_json(answer.body, agent)
end

local function from_machine(options, agent)
  if agent.env("AWS_EC2_METADATA_DISABLED") == "true" then return nil end
  local base = options.metadata .. "/latest/"
  local token = agent.http.request({
    method = "PUT", url = base .. "api/token", headers = { ["X-aws-ec2-metadata-token-ttl-seconds"] = "300" }, timeout = "2s",
  })
  if token.status ~= 200 then return nil end
  local headers = { ["X-aws-ec2-metadata-token"] = token.body }
  local place = base .. "meta-data/iam/security-credentials/"
  local role = agent.http.get(place, { headers = headers, timeout = "5s" })
  if role.status ~= 200 then return nil end
  local answer = agent.http.get(place .. string.match(role.body, "[^\n]+"), { headers = headers, timeout = "5s" })
  return answer.status == 200 and from_json(answer.body, agent) or nil
end

local function find_keys(host, options, agent)
  -- Without one there is nobody to show them to.
  region_of(host, options)
  local found = keys(options.access_key_id, options.secret_access_key, options.session_token)
    or keys(agent.env("AWS_ACCESS_KEY_ID"), agent.env("AWS_SECRET_ACCESS_KEY"), agent.env("AWS_SESSION_TOKEN"))
    or from_files(options, agent) or from_web_identity(host, options, agent) or from_container(agent)
    or from_machine(options, agent)
  if not found then error("there are no keys: neither options, nor environment, nor ~/.aws, nor a role", 0) end
  return found
end

local function call(host, options, agent, found, action, body)
  local region = region_of(host, options)
  local url = endpoint_of(host, options, "api.ecr", region) .. "/"
  local text = agent.json.encode(body)
  local headers = agent.crypto.aws_sign({
    method = "POST", url = url, body = text, region = region, service = "ecr", access_key = found.id,
    secret_key = found.secret, session_token = found.token,
    headers = {
      ["Content-Type"] = "application/x-amz-json-1.1",
      ["X-Amz-Target"] = "AmazonEC2ContainerRegistry_V20150921." .. action,
    },
  })
  local answer = agent.http.request({ method = "POST", url = url, headers = headers, body = text })
  if answer.status == 0 then error(answer.error, 0) end
  if answer.status ~= 200 then
    local said = string.match(answer.body, '"[mM]essage"%s*:%s*"([^"]*)"') or ""
    error(action .. " was answered with status " .. answer.status .. (said ~= "" and ": " .. said or ""), 0)
  end
  return agent.json.decode(answer.body)
end

return {
  api = 1,
  kind = "registry",
  name = "ecr",
  summary = "Amazon's Elastic Container Registry",
  needs = { "http", "files" },

  options = {
    region = { type = "string", description = "otherwise the one in the registry's name" },
    access_key_id = { type = "string", description = "otherwise as Amazon's own tools find it" },
    secret_access_key = { type = "string", secret = true, description = "belongs to access_key_id" },
    session_token = { type = "string", secret = true, description = "of keys that are lent" },
    profile = { type = "string", description = "in the files of ~/.aws; otherwise AWS_PROFILE or \"default\"" },
    endpoint = { type = "url", description = "of the service's API, where it is not the public one" },
    sts_endpoint = { type = "url", description = "where a web identity is traded for keys" },
    metadata = { type = "url", default = "http://169.254.169.254", description = "where the machine's role is asked" },
  },

  ---@param request grapnel.RegistryRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  credentials = function(request, options, agent)
    local answer = call(request.host, options, agent, find_keys(request.host, options, agent), "GetAuthorizationToken", {})
    local data = (answer.authorizationData or {})[1] or {}
    local user, password = string.match(agent.crypto.base64_decode(data.authorizationToken or ""), "^([^:]+):(.+)$")
    if not user then error("GetAuthorizationToken was answered without a token", 0) end
    return { username = user, password = password, expires = data.expiresAt }
  end,

  ---@param request grapnel.RegistryRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  pushed = function(request, options, agent)
    local times, token, pages = {}, nil, 0
    local found = find_keys(request.host, options, agent)
    repeat
      local answer = call(request.host, options, agent, found, "DescribeImages", {
        repositoryName = request.repository, filter = { tagStatus = "TAGGED" }, maxResults = 1000, nextToken = token,
      })
      for _, image in ipairs(answer.imageDetails or {}) do
        for _, tag in ipairs(image.imageTags or {}) do times[tag] = image.imagePushedAt end
      end
      token, pages = answer.nextToken, pages + 1
    until not token or pages == 100
    return times
  end,
}
