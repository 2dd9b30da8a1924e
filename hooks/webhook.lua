-- webhook: Runs when a webhook arrives at its path: decoding payloads.
--
-- In hooks/NAME.lua, for POST /webhooks/NAME. `request` has: name, method, query, headers (names in lower case), address,
-- body, payload (the body as a value, if it is JSON). Its signature was checked before.
-- The answer is a table with any of: services (a list), tag, command, arguments (a list); nothing means nothing.
return {
  webhook = function(request, agent)
    local push = request.payload
    if request.headers["x-github-event"] ~= "push" or push.ref ~= "refs/heads/main" then return end
    return { services = { push.repository.full_name:match("[^/]+$") } }
  end,
}
