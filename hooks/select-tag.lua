-- select-tag: Chooses the release, when the tags are known.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `tags` is a list of strings.
return {
  select_tag = function(tags, agent)
    -- The highest release of version 1; nil leaves the choice to the next hook.
    return agent.semver.highest(tags, "^1")
  end,
}
