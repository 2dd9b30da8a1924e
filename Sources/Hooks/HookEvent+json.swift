package import Lifecycle
package import Model

extension HookEvent {
    /// What an executable hook finds on its standard input, on one line:
    ///
    ///     {"hook": "post-up",
    ///      "deploy": {"id", "service", "driver", "trigger", "by", "attempt", "force", "from", "to", "reason",
    ///                 "container"},
    ///      "tags": ["1.2", …],      only at select-tag has it elements
    ///      "event": {"at", "event", "service", "deploy", "message", "from", "to"}}      null but at notify
    ///
    /// At `webhook` and `command`, which belong to no deploy:
    ///
    ///     {"hook": "webhook", "request": {"name", "method", "query", "headers", "address", "body", "payload"}}
    ///     {"hook": "command", "command": {"name", "arguments", "trigger", "by"}}
    ///
    /// `from` and `to` are null or `{"image", "digest"}`, for a script `{"image": null, "digest": null, "revision"}`.
    package var json: JSON {
        if let request { return ["hook": .string(point.rawValue), "request": request.json] }
        if let command { return ["hook": .string(point.rawValue), "command": command.json] }
        return [
            "hook": .string(point.rawValue), "deploy": deploy.json, "tags": .array(tags.map(JSON.string)),
            "event": event?.json ?? .null,
        ]
    }
}
