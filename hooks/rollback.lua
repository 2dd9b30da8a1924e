-- rollback: Runs after the old release was restored: undo migrations, page someone.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  rollback = function(deploy, agent)
    -- How often has this happened? The store outlives deploys and restarts.
    local times = (agent.store.get("rollbacks") or 0) + 1
    agent.store.set("rollbacks", times)
    agent.log("rolled back " .. times .. " times so far")
  end,
}
