-- post-up: Runs after the new release started: migrations, warm-up, smoke tests.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  needs = { "exec" },

  post_up = function(deploy, agent)
    -- `agent.exec` takes a list and no shell, so nothing in a name can become a command.
    local run = agent.exec({ "true", deploy.service }, { timeout = "30s" })
    if run.code ~= 0 then return agent.rollback("the warm-up failed: " .. run.stderr) end
  end,
}
