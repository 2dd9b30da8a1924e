package import Model

/// What a hook is told.
package struct HookEvent: Hashable, Sendable {
    package var point: HookPoint
    /// At `webhook` and `command`, which belong to no deploy, it only carries an id and the name whose hooks run.
    package var deploy: Deploy
    /// `select-tag`.
    package var tags: [String]
    /// `notify`.
    package var event: Event?
    /// `webhook`.
    package private(set) var request: WebhookRequest?
    /// `command`.
    package private(set) var command: CommandRequest?

    package init(point: HookPoint, deploy: Deploy, tags: [String] = [], event: Event? = nil) {
        self.point = point
        self.deploy = deploy
        self.tags = tags
        self.event = event
    }

    package init(_ request: WebhookRequest, id: DeployID) {
        self.init(point: .webhook, deploy: HookEvent.carrier(id, request.name, Trigger(.webhook)))
        self.request = request
    }

    package init(_ command: CommandRequest, id: DeployID) {
        self.init(point: .command, deploy: HookEvent.carrier(id, command.name, command.trigger))
        self.command = command
    }

    private static func carrier(_ id: DeployID, _ name: String, _ trigger: Trigger) -> Deploy {
        Deploy(
            id: id, service: Service(name: name, kind: .script(ScriptDefinition(run: []))), trigger: trigger,
            wish: Wish(), attempt: 1, from: nil)
    }

    /// What an executable finds in its environment.
    package func environment(inheriting agent: [String: String]) -> DeployEnvironment {
        var environment: DeployEnvironment
        if let request {
            environment = DeployEnvironment(deploy.id, inheriting: agent)
            environment.add(request)
        } else if let command {
            environment = DeployEnvironment(deploy.id, inheriting: agent)
            environment.add(command)
        } else {
            environment = DeployEnvironment(deploy, inheriting: agent)
        }
        environment.add(point)
        if let event { environment.add(event) }
        return environment
    }
}
