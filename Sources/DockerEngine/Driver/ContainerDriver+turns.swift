import Lifecycle
package import Model

/// One deploy at a time is at containers that depend on each other.
extension ContainerDriver {
    /// The service's container and those that depend on it, once no other deploy is at any of them, nor at those on which
    /// it depends.
    func whenItsTurnCame(
        _ deploy: Deploy, _ steps: DeploySteps
    ) async throws(Problem) -> (own: Container, dependents: [Container]) {
        var told: DeployID?
        while true {
            let own = try await present(deploy.service)
            let dependents = Dependents(engine: engine)
            let names = try await dependents.namesOfHosts(own).union([own.name])
            // Before the others are looked at: they may be on their way just now.
            var other = turns.take(names, for: deploy.id)
            if other == nil {
                let found = try await dependents.of(own)
                other = turns.take(names.union(found.map(\.name)), for: deploy.id)
                if other == nil { return (own, found) }
            }
            // Not even what is its own: the other one may be waiting for just that.
            turns.end(deploy.id)
            try await wait(for: other, &told, own, steps)
        }
    }

    /// Where another deploy is at it, its name may just be on its way from one container to the next.
    func named(_ name: String) async throws(Problem) -> Container? {
        for _ in 0..<40 {
            let isTaken = turns.isTaken(name)
            if let found = try await engine.container(name) { return found }
            guard isTaken else { return nil }
            try await Engine.pause()
        }
        return nil
    }

    private func wait(
        for other: DeployID?, _ told: inout DeployID?, _ own: Container, _ steps: DeploySteps
    ) async throws(Problem) {
        if let other, told != other {
            steps.log(
                "waits for deploy \(other), which is at a container that depends on \"\(own.name)\" or on which it does"
            )
        }
        told = other
        try await Engine.pause()
    }

    package func ended(_ deploy: DeployID) {
        turns.end(deploy)
        watch.ended(deploy)
    }
}
