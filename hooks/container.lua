-- A drop-in for a service whose driver is container: it looks into the service's own container, which is the old one
-- at pre-up, the new one at post-up and health, and the old one again at rollback.
--
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest.
return {
  needs = { "docker" },

  -- The last moment of the old release. A program that cannot be started is an error, which aborts as well.
  pre_up = function(deploy, agent)
    local run = agent.docker.exec({ command = { "./backup" }, timeout = "50s" })
    if run.code ~= 0 then return agent.abort("the backup failed: " .. (run.error or run.stderr)) end
  end,

  -- The hook may take as long as `hooks.timeout` says; whoever has long migrations raises that.
  post_up = function(deploy, agent)
    local run = agent.docker.exec({
      command = { "./migrate", "up" },
      on_line = function(stream, line) agent.log(line) end,
    })
    if run.code ~= 0 then return agent.rollback("the migration failed: " .. (run.error or run.stderr)) end
  end,

  -- Asked again and again: true is healthy, false not yet.
  health = function(deploy, agent)
    return agent.docker.exec({ command = { "./healthy" }, timeout = "5s" }).code == 0
  end,

  rollback = function(deploy, agent)
    local run = agent.docker.exec({ command = { "./migrate", "down" } })
    if run.code ~= 0 then return agent.log("the old release runs, with the new one's data: " .. run.stderr) end
    agent.docker.restart()
  end,

  -- `agent.docker.logs` is there even now, when a later deploy may already be under way.
  notify = function(event, agent)
    if event.event ~= "rolled-back" then return end
    local lines = agent.docker.logs({ tail = 3 })
    return event.message .. "\n" .. table.concat(lines, "\n")
  end,
}
