-- Posts every event as JSON to a URL of yours.
--
-- With the option `secret` the body is signed as GitHub signs its own: X-Signature: sha256=HEX, the HMAC of the body.
return {
  api = 1,
  kind = "notify",
  name = "webhook",
  summary = "Post events as JSON to a URL",
  needs = { "http" },

  options = {
    url = { type = "url", required = true, secret = true, description = "where to post to" },
    method = { type = "string", default = "POST", enum = { "POST", "PUT", "PATCH" }, description = "the request's method" },
    headers = { type = "map", secret = true, description = "headers to add, for example Authorization" },
    secret = { type = "string", secret = true, description = "the key that signs the body, in X-Signature" },
    timeout = { type = "duration", default = "10s", description = "how long the receiver may take" },
  },

  ---@param event grapnel.Event
  ---@param options table<string, any>
  ---@param agent grapnel.Agent
  notify = function(event, options, agent)
    local body = agent.json.encode(event)
    local headers = { ["Content-Type"] = "application/json" }
    for name, value in pairs(options.headers or {}) do headers[name] = value end
    if options.secret then
      headers["X-Signature"] = "sha256=" .. agent.crypto.hmac_sha256(options.secret, body)
    end
    local answer = agent.http.request({
      method = options.method, url = options.url, headers = headers, body = body, timeout = options.timeout,
    })
    if answer.status == 0 then error(answer.error, 0) end
    if answer.status < 200 or answer.status > 299 then
      error("the receiver answered with status " .. answer.status, 0)
    end
  end,
}
