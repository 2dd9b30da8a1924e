-- Takes the last of the tags that a regular expression matches: track: { regex: "^build-(?<n>[0-9]+)$", order: numeric, by: n }.
return {
  api = 1,
  kind = "tags",
  name = "regex",
  summary = "The last of the tags that a regular expression matches",

  options = {
    regex = { type = "string", required = true, description = "it may match anywhere: use ^ and $" },
    order = {
      type = "string", default = "semver", enum = { "semver", "numeric", "alphabetical", "newest" },
      description = "which one is the last",
    },
    by = {
      type = "string",
      description = "what they are compared by: a group's name or number, or a text such as \"$year.$month\"; "
        .. "the first group if there is none",
    },
    prerelease = { type = "boolean", default = false, description = "take pre-releases too, where the order is semver" },
    downgrade = { type = "boolean", default = false, description = "also one that is before the one that runs" },
  },

  ---@param request grapnel.TagRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  select = function(request, options, agent)
    return agent.tags.rank(request.tags, {
      regex = options.regex, order = options.order, by = options.by, prerelease = options.prerelease,
      current = request.current, downgrade = options.downgrade,
    })
  end,
}
