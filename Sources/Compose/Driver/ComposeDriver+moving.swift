import Files
package import Lifecycle
package import Model
import Processes

/// The way forward, and the end. The power may fail at each line; what then, is said where it matters.
extension ComposeDriver {
    private typealias Step = ComposeMove.Step

    package func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let move: ComposeMove
        if let begun = try ComposeMove.recorded(steps, deploy.id) {
            move = begun
            try await tidyUp(after: move)
        } else {
            move = try await begin(deploy, steps)
        }
        try await pin(move)
        try await steps.end(Step.pin)
        watch.began(deploy.id, silences: host.silences)
        try await raise(move, deploy, steps)
    }

    private func pin(_ move: ComposeMove) async throws(Problem) {
        for name in move.names { try await host.name(move.imageID, try ImageReference(name.reference)) }
        try await OwnThread.run(throwing: { () throws(Problem) in
            for replacement in move.replacements { try replacement.replace() }
        })
    }

    /// Everything that compose is asked for may be asked for again.
    private func raise(_ move: ComposeMove, _ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let call = try await call(move, deploy)
        try await steps.begin(Step.up)
        let running = move.parts.filter(\.wasRunning).map(\.service)
        let stopped = move.parts.filter { !$0.wasRunning }.map(\.service)
        let scale = Dictionary(move.parts.compactMap { part in part.scale.map { (part.service, $0) } }) { $1 }
        if !running.isEmpty {
            let up = ComposeCall.Up(
                services: running, scale: scale.filter { running.contains($0.key) }, isAlone: move.isAlone)
            try await self.up(up, call, move, steps)
        }
        if !stopped.isEmpty {
            let up = ComposeCall.Up(
                services: stopped, scale: scale.filter { stopped.contains($0.key) }, areStopped: true, isAlone: true)
            try await self.up(up, call, move, steps)
        }
        try await follow(move, call, steps)
        try await giveNamesBack(move)
        try await steps.end(Step.up)
    }

    private func up(
        _ up: ComposeCall.Up, _ call: ComposeCall, _ move: ComposeMove, _ steps: DeploySteps
    ) async throws(Problem) {
        let begin = ContinuousClock.now
        while true {
            do throws(Problem) {
                return try await call.up(up) { steps.log($0) }
            } catch {
                // An engine that has gone away says nothing of the release. It answers here, or throws what it is.
                if error.code != .interrupted {
                    _ = try await host.containers(labelled: [(Label.project, move.project)])
                }
                guard error.message.contains("is already in use by container") else { throw error }
                // The engine may still be making one for a compose that was killed, and not yet tell of it.
                guard begin.duration(to: .now) < .seconds(60) else { throw Problem(.conflict, error.message) }
            }
            do { try await Task.sleep(for: .seconds(1)) } catch {
                throw Problem(.interrupted, "the agent is being stopped")
            }
            try await tidyUp(after: move)
        }
    }

    /// Compose does not always see that what lives in another container's namespaces has to be made anew with it.
    private func follow(_ move: ComposeMove, _ call: ComposeCall, _ steps: DeploySteps) async throws(Problem) {
        for part in move.dependents {
            let there = try await host.containers(labelled: [(Label.project, move.project)])
            let ids = Set(there.map(\.id))
            let own = there.filter { $0.labels[Label.service] == part.service }
            guard own.isEmpty || own.contains(where: { !$0.livesIn(ids) || !ComposeDriver.isUp($0) })
            else { continue }
            try await call.up(ComposeCall.Up(services: [part.service], isAlone: true, isForced: true)) { steps.log($0) }
        }
    }

    private func call(_ move: ComposeMove, _ deploy: Deploy) async throws(Problem) -> ComposeCall {
        let definition = try definition(of: deploy.service)
        var environment = environment(deploy.id, definition)
        let program = try await program(&environment)
        return ComposeCall(
            program: program, environment: environment, directory: move.directory, project: move.project,
            files: move.files, environmentFiles: move.environmentFiles, profiles: move.profiles,
            timeout: definition.timeout + move.longestStop)
    }

    // MARK: - Afterwards

    package func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        guard let move = try ComposeMove.recorded(steps, deploy.id) else { return }
        try await ComposeDriver.tidy(move.replacements)
        try await host.keepOnly([move.imageID] + move.parts.flatMap(\.images), for: deploy.service)
    }

    package func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        // Every step looks before it acts, and so does compose.
        .goOn
    }
}

extension HostedContainer {
    /// Whether it shares namespaces, and all with those.
    fileprivate func livesIn(_ ids: Set<String>) -> Bool { !hosts.isEmpty && hosts.allSatisfy(ids.contains) }
}
