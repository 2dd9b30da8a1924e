-- health: Runs again and again until the gate is passed or its grace ends: what "works" means.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  needs = { "http" },

  health = function(deploy, agent)
    -- A connection that is refused is an answer here, not an error: status is 0 then.
    local answer = agent.http.get("http://127.0.0.1:8080/healthz", { timeout = "2s" })
    if answer.status ~= 200 then return agent.not_yet("it answers " .. answer.status) end
    return true
  end,
}
