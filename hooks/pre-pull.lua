-- pre-pull: Runs before anything is fetched: freezes, disk checks, approvals.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  pre_pull = function(deploy, agent)
    -- Not while a person has frozen it: `agent.store` outlives the agent.
    local freeze = agent.store.get("freeze")
    if freeze then return agent.defer("30m", "frozen: " .. freeze) end
  end,
}
