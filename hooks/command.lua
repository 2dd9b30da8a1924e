-- command: Runs before a command's script starts: checking remote commands.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  command = function(deploy, agent)
    if agent.time.weekday() == 5 and agent.time.local_hour() >= 16 then
      return agent.abort("not on a Friday afternoon")
    end
  end,
}
