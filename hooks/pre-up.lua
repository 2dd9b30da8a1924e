-- pre-up: Runs before the old release stops: backups, drain.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  pre_up = function(deploy, agent)
    -- People who deploy by hand know what they do; automatic deploys wait for the night.
    if deploy.trigger == "poll" and agent.time.local_hour() >= 8 then
      return agent.defer("1h", "not by day")
    end
  end,
}
