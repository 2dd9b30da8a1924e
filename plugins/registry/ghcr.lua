-- When the tags of a package on GitHub were pushed: registries: { ghcr.io: { username: me, password: TOKEN, plugin: ghcr } }.
--
-- The token needs read:packages.
return {
  api = 1,
  kind = "registry",
  name = "ghcr",
  summary = "When tags on GitHub's registry were pushed",
  needs = { "http" },

  options = {
    url = { type = "url", default = "https://api.github.com", description = "of GitHub's API" },
    token = { type = "string", secret = true, description = "otherwise the password for the registry" },
    pages = { type = "integer", default = 20, description = "how many hundreds of versions are read, the newest first" },
  },

  -- Those that stand beside it.
  credentials = function() return nil end,

  ---@param request grapnel.RegistryRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  pushed = function(request, options, agent)
    local token = options.token or request.password
    if not token then return nil end
    local owner, name = string.match(request.repository, "^([^/]+)/(.+)$")
    if not owner then return nil end
    local headers = { Authorization = "Bearer " .. token, Accept = "application/vnd.github+json" }
    local path = "/packages/container/" .. string.gsub(name, "/", "%%2F") .. "/versions?per_page=100&page="
    local function versions(kind, page) return agent.http.get(options.url .. kind .. owner .. path .. page, { headers = headers }) end
    local times, kind = {}, "/orgs/"
    for page = 1, options.pages do
      local answer = versions(kind, page)
      if answer.status == 404 and kind == "/orgs/" then
        kind = "/users/"
        answer = versions(kind, page)
      end
      if answer.status == 0 then error(answer.error, 0) end
      -- A password for the registry need not be good for more.
      if not options.token and (answer.status == 401 or answer.status == 403 or answer.status == 404) then return nil end
      if answer.status ~= 200 then error("GitHub answers with status " .. answer.status, 0) end
      local list = agent.json.decode(answer.body)
      for _, version in ipairs(list) do
        local container = (version.metadata or {}).container or {}
        for _, tag in ipairs(container.tags or {}) do times[tag] = version.updated_at end
      end
      if #list < 100 then break end
    end
    return times
  end,
}
