-- Credentials for Google's registries, and the times of pushes: registries: { eu.gcr.io: { plugin: gcr } }, also for *.pkg.dev.
--
-- They come from the option `service_account`, from the file that GOOGLE_APPLICATION_CREDENTIALS names, from what gcloud has left for
-- applications, or from the machine's metadata server.

local scope = "https://www.googleapis.com/auth/cloud-platform"

local function base64url(text, agent)
  return (string.gsub(string.gsub(agent.crypto.base64_encode(text), "[+/]", { ["+"] = "-", ["/"] = "_" }), "=+$", ""))
end

local function token(answer, agent)
  if answer.status == 0 then error(answer.error, 0) end
  if answer.status ~= 200 then error("the token was not given: status " .. answer.status, 0) end
  local data = agent.json.decode(answer.body)
  if not data.access_token then error("the answer has no access_token", 0) end
  return { username = "oauth2accesstoken", password = data.access_token, expires = agent.time.now() + (data.expires_in or 300) }
end

local function post(url, form, agent)
  return token(agent.http.request({
    method = "POST", url = url, body = form, headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
  }), agent)
end

local function from_service_account(key, agent)
  local now = agent.time.now()
  local uri = key.token_uri or "https://oauth2.googleapis.com/token"
  local head = base64url(agent.json.encode({ alg = "RS256", typ = "JWT", kid = key.private_key_id }), agent)
  local claims = base64url(agent.json.encode({
    iss = key.client_email, scope = scope, aud = uri, iat = now, exp = now + 3600,
  }), agent)
  local text = head .. "." .. claims
  local signature = base64url(agent.crypto.hex_decode(agent.crypto.rs256_sign(key.private_key, text)), agent)
  return post(uri, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" .. text .. "." .. signature, agent)
end

local function from_user(key, options, agent)
  local function escaped(text)
    return (string.gsub(text or "", "[^%w%-%._~]", function(c) return "%" .. string.upper(agent.crypto.hex_encode(c)) end))
  end
  return post(options.token_url, "grant_type=refresh_token&client_id=" .. escaped(key.client_id) .. "&client_secret="
    .. escaped(key.client_secret) .. "&refresh_token=" .. escaped(key.refresh_token), agent)
end

local function find_key(options, agent)
  if options.service_account then return agent.json.decode(options.service_account) end
  local path = agent.env("GOOGLE_APPLICATION_CREDENTIALS")
  if path then return agent.json.decode(agent.files.read(path)) end
  local usual = (agent.env("HOME") or "/root") .. "/.config/gcloud/application_default_credentials.json"
  return agent.files.exists(usual) and agent.json.decode(agent.files.read(usual)) or nil
end

local function credentials(options, agent)
  local key = find_key(options, agent)
  if not key then
    local url = options.metadata .. "/computeMetadata/v1/instance/service-accounts/default/token"
    return token(agent.http.get(url, { headers = { ["Metadata-Flavor"] = "Google" }, timeout = "5s" }), agent)
  end
  if key.type == "service_account" then return from_service_account(key, agent) end
  if key.type == "authorized_user" then return from_user(key, options, agent) end
  error("credentials of the type \"" .. tostring(key.type) .. "\" are not known, expected service_account or authorized_user", 0)
end

return {
  api = 1,
  kind = "registry",
  name = "gcr",
  summary = "Google's Container Registry and Artifact Registry",
  needs = { "http", "files" },

  options = {
    service_account = { type = "string", secret = true, description = "the JSON of its key: \"${file:key.json}\"" },
    token_url = { type = "url", default = "https://oauth2.googleapis.com/token", description = "for the credentials of a user" },
    metadata = { type = "url", default = "http://metadata.google.internal", description = "where the machine's own account is asked" },
  },

  ---@param request grapnel.RegistryRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  credentials = function(request, options, agent) return credentials(options, agent) end,

  ---@param request grapnel.RegistryRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  pushed = function(request, options, agent)
    local headers = {}
    if request.password then
      headers.Authorization = "Basic " .. agent.crypto.base64_encode(request.username .. ":" .. request.password)
    end
    local answer = agent.http.get(request.url .. "/v2/" .. request.repository .. "/tags/list", { headers = headers })
    if answer.status == 0 then error(answer.error, 0) end
    if answer.status ~= 200 then error("the registry answers with status " .. answer.status, 0) end
    local times, known = {}, false
    for _, image in pairs(agent.json.decode(answer.body).manifest or {}) do
      for _, tag in ipairs(image.tag or {}) do
        known = true
        times[tag] = (tonumber(image.timeUploadedMs) or 0) / 1000
      end
    end
    return known and times or nil
  end,
}
