-- When the tags of a repository on Docker Hub were pushed: registries: { docker.io: { plugin: dockerhub } }.
return {
  api = 1,
  kind = "registry",
  name = "dockerhub",
  summary = "When tags on Docker Hub were pushed",
  needs = { "http" },

  options = {
    url = { type = "url", default = "https://hub.docker.com", description = "of Docker Hub's API" },
    pages = { type = "integer", default = 20, description = "how many hundreds of tags are read, the newest first" },
  },

  -- Those that everybody has.
  credentials = function() return nil end,

  ---@param request grapnel.RegistryRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  pushed = function(request, options, agent)
    local times = {}
    local url = options.url .. "/v2/repositories/" .. request.repository .. "/tags?page_size=100&ordering=last_updated"
    for _ = 1, options.pages do
      local answer = agent.http.get(url)
      if answer.status == 0 then error(answer.error, 0) end
      -- A private one: that is for those to know who may see it.
      if answer.status == 401 or answer.status == 403 or answer.status == 404 then return nil end
      if answer.status ~= 200 then error("Docker Hub answers with status " .. answer.status, 0) end
      local page = agent.json.decode(answer.body)
      for _, tag in ipairs(page.results or {}) do times[tag.name] = tag.tag_last_pushed or tag.last_updated end
      -- Whatever host it names, only this one is asked.
      local rest = page.next and string.match(page.next, "^https?://[^/]+(/.*)$")
      if not rest then break end
      url = options.url .. rest
    end
    return times
  end,
}
