-- verify: Runs when the release is here and before anything stops: signatures, scans, age.
--
-- In a drop-in such as hooks/web.lua each hook point of the service `web` is a function of this table.
-- `deploy` has: id, service, driver, trigger, by, attempt, force, from, to, reason, container;
-- from and to are nil or have image and digest, or revision.
return {
  verify = function(deploy, agent)
    local name = deploy.to.revision or deploy.to.image
    if name:find("dirty", 1, true) then return agent.abort(name .. " was not built from a commit") end
  end,
}
