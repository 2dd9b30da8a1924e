-- Takes the highest version that is in a range: track: { semver: "^2" }.
--
-- Ranges are npm's: ^2, ~1.4, >=1.4 <2, 1.x || 3.x. A v in front is fine. Behind a hyphen stands a pre-release (-rc.1, -beta,
-- -20240101), which is only taken when `prerelease` says so, or the name of a variant (-alpine3.19): the variant that runs is
-- kept, whatever its own version.
return {
  api = 1,
  kind = "tags",
  name = "semver",
  summary = "The highest version in a range",

  options = {
    semver = { type = "string", required = true, description = "the range, as npm writes it" },
    prerelease = { type = "boolean", default = false, description = "take pre-releases too" },
    variant = { type = "string", description = "such as \"-alpine\"; the one that runs if there is none, \"\" for none" },
    downgrade = { type = "boolean", default = false, description = "also a lower version than the one that runs" },
  },

  ---@param request grapnel.TagRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  select = function(request, options, agent)
    return agent.tags.rank(request.tags, {
      order = "semver", range = options.semver, prerelease = options.prerelease, variant = options.variant,
      current = request.current, downgrade = options.downgrade,
    })
  end,
}
