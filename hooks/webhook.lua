-- webhook: Runs when a webhook arrives at its path: decoding payloads. An executable can only look at it; Lua can say what it means.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  webhook = function(deploy, agent)
    -- What it means: these services are to be looked at anew.
    return { services = { "web" } }
  end,
}
