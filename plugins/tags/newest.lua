-- Takes what was pushed last: track: { newest: "nightly-*" }.
--
-- The time of the push is known where a registry tells it; elsewhere it is the time at which the image was made, unless its
-- builder has left that out. A tag of which neither is known is not taken.
return {
  api = 1,
  kind = "tags",
  name = "newest",
  summary = "The tag that was pushed last",

  options = {
    newest = { type = "string", required = true, description = "which ones: * stands for anything" },
    downgrade = { type = "boolean", default = false, description = "also an earlier one than the one that runs" },
  },

  ---@param request grapnel.TagRequest
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  select = function(request, options, agent)
    return agent.tags.rank(request.tags, {
      glob = options.newest, order = "newest", current = request.current, downgrade = options.downgrade,
    })
  end,
}
