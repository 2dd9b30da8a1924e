-- Takes the latest date: track: { calver: YYYY.0M.0D-MICRO }.
return {
  api = 1,
  kind = "tags",
  name = "calver",
  summary = "The latest of the tags that are dates",

  options = {
    calver = {
      type = "string", required = true,
      description = "the form, of YYYY, YY, 0Y, MM, 0M, WW, 0W, DD, 0D, MAJOR, MINOR and MICRO (calver.org)",
    },
    downgrade = { type = "boolean", default = false, description = "also an earlier date than the one that runs" },
  },

  ---@param request grapnel.TagRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  select = function(request, options, agent)
    return agent.tags.rank(request.tags, {
      order = "calver", format = options.calver, current = request.current, downgrade = options.downgrade,
    })
  end,
}
