package import Model

/// The environment of everything that Grapnel runs for a deploy: hooks, scripts, probes. This file is the
/// one place that builds it; every sample in `hooks/` lists these names, and a test holds them to it.
///
/// It is an allow-list: nothing of the agent's own environment gets through but what is named here, so no
/// secret does.
package struct DeployEnvironment: Hashable, Sendable {
    /// Marks every child, so that recovery finds what a killed agent left behind.
    package static let marker = "GRAPNEL_DEPLOY"

    /// What children get of the agent's own environment.
    package static let inherited = ["PATH", "LANG", "LC_ALL", "TZ", "HOME", "USER", "LOGNAME", "DOCKER_HOST"]

    package static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    package private(set) var values: [String: String]

    /// What is the same for all of them, and says nothing of a deploy. `agent` is the agent's own environment.
    package init(inheriting agent: [String: String]) {
        values = agent.filter { DeployEnvironment.inherited.contains($0.key) }
        if values["PATH"] == nil { values["PATH"] = DeployEnvironment.defaultPath }
    }

    /// For what is no deploy, but is marked like one.
    package init(_ id: DeployID, inheriting agent: [String: String]) {
        self.init(inheriting: agent)
        values[DeployEnvironment.marker] = id.text
    }

    package init(_ deploy: Deploy, inheriting agent: [String: String]) {
        self.init(deploy.id, inheriting: agent)
        values["GRAPNEL_SERVICE"] = deploy.service.name
        values["GRAPNEL_DRIVER"] = deploy.service.kind.driver.rawValue
        values["GRAPNEL_TRIGGER"] = deploy.trigger.kind.rawValue
        values["GRAPNEL_BY"] = deploy.trigger.by ?? ""
        values["GRAPNEL_ATTEMPT"] = "\(deploy.attempt)"
        values["GRAPNEL_FORCE"] = deploy.wish.force ? "1" : "0"
        set("GRAPNEL_FROM", deploy.from)
        set("GRAPNEL_TO", deploy.to)
        values["GRAPNEL_REASON"] = deploy.failure ?? ""
        if case .container = deploy.service.kind { values["GRAPNEL_CONTAINER"] = deploy.containerName }
    }

    /// `GRAPNEL_FROM` and `GRAPNEL_TO` name the release in one word whatever its kind; the parts are
    /// there for those who need them. Unknown ones are empty, so that `set -u` scripts work.
    private mutating func set(_ name: String, _ release: Release?) {
        values[name] = release?.identity ?? ""
        switch release {
        case .image(let reference, let digest):
            values[name + "_IMAGE"] = reference
            values[name + "_DIGEST"] = digest
        case .revision, nil:
            values[name + "_IMAGE"] = ""
            values[name + "_DIGEST"] = ""
        }
    }

    package mutating func add(_ point: HookPoint) { values["GRAPNEL_HOOK"] = point.rawValue }

    package mutating func add(_ event: Event) {
        values["GRAPNEL_EVENT"] = event.kind.rawValue
        values["GRAPNEL_MESSAGE"] = event.message
        values["GRAPNEL_TIME"] = "\(event.at)"
    }

    package mutating func add(_ request: WebhookRequest) {
        values["GRAPNEL_WEBHOOK"] = request.name
        values["GRAPNEL_ADDRESS"] = request.address ?? ""
    }

    package mutating func add(_ command: CommandRequest) {
        values["GRAPNEL_COMMAND"] = command.name
        values["GRAPNEL_TRIGGER"] = command.trigger.kind.rawValue
        values["GRAPNEL_BY"] = command.trigger.by ?? ""
    }

    /// The release that a `rollback` script has to put back. It is called after a failed deploy, which is then
    /// undone, and for a deploy of its own, which goes forward to the release before: only there is it `GRAPNEL_TO`.
    package mutating func add(restoring release: Release?) { values["GRAPNEL_RESTORE"] = release?.identity ?? "" }

    /// The owner's own values win, but for the marker: without it recovery would not find the child.
    package mutating func add(_ others: [String: String]) {
        for (name, value) in others where name != DeployEnvironment.marker { values[name] = value }
    }
}

extension Deploy {
    /// The container that the service is, for hooks that look into it; nil for other drivers.
    package var containerName: String? {
        guard case .container(let definition) = service.kind else { return nil }
        return definition.container
    }

    /// The same, as the JSON that hooks read.
    package var json: JSON {
        [
            "id": .string(id.text), "service": .string(service.name),
            "driver": .string(service.kind.driver.rawValue), "trigger": .string(trigger.kind.rawValue),
            "by": JSON(trigger.by), "attempt": .integer(Int64(attempt)), "force": .bool(wish.force),
            "from": from?.json ?? .null, "to": to?.json ?? .null, "reason": JSON(failure),
            "container": JSON(containerName),
        ]
    }
}
