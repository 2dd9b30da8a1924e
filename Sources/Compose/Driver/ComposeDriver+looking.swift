package import Lifecycle
package import Model

/// What the gate and `status` see, of all containers of the services.
extension ComposeDriver {
    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        guard let move = try ComposeMove.recorded(steps, deploy.id) else {
            // Nothing was touched, so that there is nothing to watch.
            return Look(running: .notAProcess)
        }
        let isBack = deploy.failure != nil
        let services = (move.parts + move.dependents).map(\.service)
        var containers = try await containers(of: move.project, services)
        if try await upAgain(containers, move, deploy, steps) {
            containers = try await self.containers(of: move.project, services)
        }
        var looks: [Look] = []
        for part in move.parts {
            let own = containers.filter { $0.labels[Label.service] == part.service }
            if let reason = strangeness(own, part, move, isBack) { return Look(running: .wrong(reason: reason)) }
            guard part.wasRunning, !(isBack && part.count == 0) else { continue }
            guard !own.isEmpty else { return Look(running: .missing) }
            // What had ended before the deploy is not started by going back.
            let ended = Set(part.snapshots.filter { $0["running"]?.bool == false }.compactMap { $0["name"]?.string })
            looks += own.filter { !(isBack && ended.contains($0.name)) }.map(ComposeDriver.sight)
        }
        for part in move.dependents {
            let own = containers.filter { $0.labels[Label.service] == part.service }
            if let reason = complaint(own, part.service) {
                return Look(running: .wrong(reason: reason))
            }
        }
        // What was stopped stays stopped, and there is nothing to watch.
        return looks.isEmpty ? Look(running: .notAProcess) : Look.merging(looks)
    }

    /// A task that has ended well is done: the engine says "unhealthy" of whatever does not run.
    private static func sight(_ container: HostedContainer) -> Look {
        var look = container.look
        if look.running == .exited(code: 0), !container.restartsByItself { look.health = .none }
        return look
    }

    private func strangeness(
        _ own: [HostedContainer], _ part: ComposeMove.Part, _ move: ComposeMove, _ isBack: Bool
    ) -> String? {
        let wanted = isBack ? part.images : [move.imageID]
        if !(isBack && part.count == 0), let other = own.first(where: { !wanted.contains($0.imageID) }) {
            return "\(other.name) runs the image \(other.imageID), expected \(wanted.first ?? "?")"
        }
        if let scale = part.scale, own.count != scale {
            return "there are \(own.count) containers of \(part.service), expected \(scale)"
        }
        if !part.wasRunning, let running = own.first(where: ComposeDriver.isUp) {
            return "somebody started \(running.name) in the middle of the deploy"
        }
        return nil
    }

    /// Of those that live in the services' namespaces. That one restarts may be because the service is still on its way.
    private func complaint(_ own: [HostedContainer], _ service: String) -> String? {
        guard !own.isEmpty else { return "\(service), which depends on it, is gone" }
        for container in own {
            if case .exited(let code) = container.look.running, code != 0 {
                return "\(container.name), which depends on it, exited with code \(code)"
            }
        }
        return nil
    }

    /// What ran, and went down with the engine or the machine, is started once more: that the release fails is not what
    /// was seen.
    private func upAgain(
        _ containers: [HostedContainer], _ move: ComposeMove, _ deploy: Deploy, _ steps: DeploySteps
    ) async throws(Problem) -> Bool {
        guard steps.count(ComposeMove.Step.again) < ComposeDriver.mostStartsAgain else { return false }
        let running = Set((move.parts + move.dependents).filter(\.wasRunning).map(\.service))
        for container in containers {
            guard case .exited = container.look.running, running.contains(container.labels[Label.service] ?? ""),
                try await wentDownWithEngine(container, deploy.id)
            else { continue }
            try await steps.begin(ComposeMove.Step.again, ["id": .string(container.id)])
            do throws(Problem) {
                try await host.start(container)
            } catch {
                if error.code == .unreachable || error.code == .interrupted { throw error }
                // It is down, and that is what the gate sees.
                steps.log("\(container.name) does not start again: \(error)")
            }
            try await steps.end(ComposeMove.Step.again)
            watch.began(deploy.id, silences: host.silences)
            return true
        }
        return false
    }

    /// A release that takes the engine down each time has had its chances.
    private static let mostStartsAgain = 8

    // MARK: - Between deploys

    package func presence(of service: Service, current: Release?) async throws(Problem) -> Presence? {
        let definition = try definition(of: service)
        let target = try await ComposeTarget.load(
            definition, of: service, environment: environment(nil, definition))
        let containers = try await containers(of: target.name, target.services)
        for name in target.services where !containers.contains(where: { $0.labels[Label.service] == name }) {
            let reason = "the project \"\(target.name)\" has no container of \(name)"
            return Presence(.missing, reason, health: .unhealthy(reason: reason))
        }
        guard let worst = containers.max(by: { $0.presence.badness < $1.presence.badness }) else { return nil }
        var presence = worst.presence
        if containers.count > 1, let reason = presence.reason { presence.reason = "\(worst.name): \(reason)" }
        guard presence.state == .running, let current else { return presence }
        for container in containers {
            let compared = presence.comparing(try await host.release(of: container, for: service), with: current)
            if compared.state != .running { return compared }
        }
        return presence
    }
}

extension Presence {
    fileprivate var badness: Int {
        let state =
            switch state {
            case .running: 0
            case .changed: 1
            case .stopped: 2
            case .paused: 3
            case .restarting: 4
            case .missing: 5
            }
        switch health {
        case .unhealthy: return state * 4 + 3
        case .starting: return state * 4 + 2
        default: return state * 4
        }
    }
}
