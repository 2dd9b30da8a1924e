package import Lifecycle
package import Model

/// The way back, and the end of both ways.
extension ContainerDriver {
    private typealias Step = Move.Step

    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        guard let move = try Move(steps, deploy: deploy.id) else { return .restored }
        turns.resume(Set(move.parts.map(\.name)), for: deploy.id)
        for part in move.parts.reversed() { try await removeNew(part, steps) }
        watch.began(deploy.id, silences: engine.silences)
        var complaints: [String] = []
        guard let own = try await restore(move.own, after: nil, steps, &complaints) else {
            return .notRestored(reason: "\(ContainerDriver.gone(move.own).message)")
        }
        for part in move.dependents {
            do throws(Problem) {
                if try await restore(part, after: own, steps, &complaints) == nil { throw ContainerDriver.gone(part) }
            } catch {
                guard error.code != .unreachable, error.code != .interrupted else { throw error }
                complaints.append("\(ContainerDriver.shown(part)) is not: \(error)")
            }
        }
        // The images stay kept, until a release has settled: among them is the one before the old one.
        return complaints.isEmpty
            ? .restored
            : .notRestored(reason: "\"\(move.own.name)\" is back, but " + complaints.joined(separator: "; "))
    }

    /// Nil when it is gone. `host` is whose namespaces it lives in, as it is now.
    private func restore(
        _ part: Part, after host: Container?, _ steps: DeploySteps, _ complaints: inout [String]
    ) async throws(Problem) -> Container? {
        guard var old = try await engine.container(part.oldID) else { return nil }
        if steps.isInFlight(part.step(Step.stopOld)) {
            // It may still be under way, and the container look as if it ran.
            try await stop(old, steps)
            old = try await engine.container(part.oldID) ?? old
        }
        do throws(Problem) {
            try await rename(part.oldID, to: part.name, part, part.step(Step.nameBack), steps)
        } catch {
            // Better that it runs under another name than not at all.
            guard error.code == .conflict else { throw error }
            complaints.append("it is called \"\(old.name)\" now: \(error)")
        }
        // Before it starts: it would be lost with the next crash otherwise.
        if Container.restartsByItself(part.policy), old.restartPolicy != part.policy {
            try await steps.begin(part.step(Step.policyBack), ["id": .string(part.oldID), "policy": part.policy])
            try await engine.setRestartPolicy(part.policy, of: part.oldID)
            try await steps.end(part.step(Step.policyBack))
        }
        // What began before its host did, lives in namespaces that are gone.
        let isStranded = host.map { old.startedAt < $0.startedAt } ?? false
        if old.isRunning, isStranded || !part.wasRunning {
            try await steps.begin(part.step(Step.stopBack), ["id": .string(part.oldID)])
            try await stop(old, steps)
            try await steps.end(part.step(Step.stopBack))
        }
        if part.wasRunning, isStranded || !old.isRunning {
            try await steps.begin(part.step(Step.startOld), ["id": .string(part.oldID)])
            try await startOld(part)
            try await steps.end(part.step(Step.startOld))
        }
        return try await engine.container(part.oldID)
    }

    /// It ran before: what keeps it from starting now may pass, as a port that is not free yet. Where the engine keeps one
    /// that no container has, that may last; but giving up means that the service is down.
    private func startOld(_ part: Part) async throws(Problem) {
        let begin = ContinuousClock.now
        while true {
            do throws(Problem) {
                return try await engine.start(part.oldID)
            } catch {
                guard error.code != .unreachable, error.code != .interrupted else { throw error }
                let (refusal, isNobodys) = try await explained(error)
                guard begin.duration(to: .now) < (isNobodys ? portPatience : .seconds(2)) else { throw refusal }
            }
            try await Engine.pause()
        }
    }

    private func removeNew(_ part: Part, _ steps: DeploySteps) async throws(Problem) {
        guard let new = try await findNew(part, steps) else { return }
        try await logLastWords(new, steps)
        try await steps.begin(part.step(Step.removeNew), ["id": .string(new.id)])
        // What the old one had without a name has one in the new one, and stays.
        do throws(Problem) {
            try await engine.removeWithAnonymousVolumes(new.id)
        } catch {
            guard error.code != .unreachable, error.code != .interrupted else { throw error }
            try await putAside(new, part, steps, because: error)
        }
        try await steps.end(part.step(Step.removeNew))
    }

    /// What cannot be removed is to be in the way of the old one no longer, and not to come back with the engine: as far as
    /// the engine can do that, which refuses much of it for a container that is half removed. The old one is to start in
    /// any case.
    private func putAside(
        _ new: Container, _ part: Part, _ steps: DeploySteps, because refusal: Problem
    ) async throws(Problem) {
        do throws(Problem) { try await stop(new, steps) } catch { try note(error, new, steps) }
        do throws(Problem) { try await engine.setRestartPolicy(["Name": "no"], of: new.id) } catch {
            try note(error, new, steps)
        }
        if new.name == part.name {
            do throws(Problem) { try await engine.rename(new.id, to: part.newName) } catch {
                try note(error, new, steps)
            }
        }
        steps.report(
            .warning("the new container is still there: \(refusal); remove it by hand: docker rm -f \(new.shortID)"))
    }

    private func note(_ refusal: Problem, _ new: Container, _ steps: DeploySteps) throws(Problem) {
        if refusal.code == .unreachable || refusal.code == .interrupted { throw refusal }
        steps.log("\(new.name): \(refusal)")
    }

    /// The engine may still be making it for an agent that was killed.
    private func findNew(_ part: Part, _ steps: DeploySteps) async throws(Problem) -> Container? {
        if let id = part.newID(steps) { return try await engine.container(id) }
        guard steps.isInFlight(part.step(Step.create)) else { return nil }
        for _ in 0..<8 {
            if let made = try await engine.container(part.newName) { return made }
            try await Engine.pause()
        }
        return nil
    }

    /// With the container goes its log, and with that the reason.
    private func logLastWords(_ new: Container, _ steps: DeploySteps) async throws(Problem) {
        do throws(Problem) {
            for line in try await engine.lastLines(of: new.id, count: 20) { steps.log("\(new.name): \(line)") }
        } catch {
            // Nor may a log that hangs keep the old one down.
            if error.code == .interrupted { throw error }
            steps.log("\(new.name): its log cannot be read: \(error)")
        }
    }

    package func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        guard let move = try Move(steps, deploy: deploy.id) else { return }
        for part in move.parts.reversed() where try await engine.container(part.oldID) != nil {
            try await steps.begin(part.step(Step.removeOld), ["id": .string(part.oldID)])
            do throws(Problem) {
                try await engine.removeStopped(part.oldID)
            } catch {
                guard error.code != .unreachable, error.code != .interrupted else { throw error }
                throw Problem(
                    error.code, "the old container is still there, docker rm \(part.keptName) removes it: \(error)")
            }
            try await steps.end(part.step(Step.removeOld))
        }
        try await images.keepOnly([move.own.imageID, move.own.oldImageID], for: deploy.service)
    }

    package func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        // Every step looks before it acts.
        .goOn
    }
}
