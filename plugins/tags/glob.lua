-- Takes the last of the tags that look like a pattern: track: { glob: "2024-*" }.
return {
  api = 1,
  kind = "tags",
  name = "glob",
  summary = "The last of the tags that look like a pattern",

  options = {
    glob = { type = "string", required = true, description = "* stands for anything, ? for one character" },
    order = {
      type = "string", default = "alphabetical", enum = { "alphabetical", "numeric", "semver", "newest" },
      description = "which one is the last: by the text of what the first * stands for, as a number, as a version, or by time",
    },
    downgrade = { type = "boolean", default = false, description = "also one that is before the one that runs" },
  },

  ---@param request grapnel.TagRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  select = function(request, options, agent)
    return agent.tags.rank(request.tags, {
      glob = options.glob, order = options.order, current = request.current, downgrade = options.downgrade,
    })
  end,
}
