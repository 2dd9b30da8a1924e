-- Takes the tag with the highest number: track: { numeric: "build-*" }.
return {
  api = 1,
  kind = "tags",
  name = "numeric",
  summary = "The tag with the highest number in it",

  options = {
    numeric = { type = "string", required = true, description = "such as \"build-*\"; * stands for the number" },
    downgrade = { type = "boolean", default = false, description = "also a lower number than the one that runs" },
  },

  ---@param request grapnel.TagRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  select = function(request, options, agent)
    return agent.tags.rank(request.tags, {
      glob = options.numeric, order = "numeric", current = request.current, downgrade = options.downgrade,
    })
  end,
}
