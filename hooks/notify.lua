-- notify: Runs after each event, never in a deploy's way: telling people.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `event` has: at, event, service, deploy, message, from, to.
return {
  notify = function(event, agent)
    -- That a deploy has started is no news.
    if event.event == "started" then return agent.drop() end
    return "[" .. event.event .. "] " .. event.message
  end,
}
