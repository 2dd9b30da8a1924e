-- pre-pull: Runs before anything is fetched: freezes, disk checks, approvals.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  pre_pull = function(deploy, agent)
    -- Not on a Friday afternoon, unless a person has asked for it.
    local isPerson = deploy.trigger == "command-line" or deploy.trigger == "api"
    if not isPerson and agent.time.weekday() == 5 and agent.time.local_hour() >= 15 then
      return agent.defer("12h", "no deploys before the weekend")
    end
  end,
}
