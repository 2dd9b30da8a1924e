import Files
package import Lifecycle
package import Model
import Processes

/// The way forward and the way back. The power may fail at each line; what then, is said where it matters.
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
        try await pin(move, deploy.service)
        try await steps.end(Step.pin)
        watch.began(deploy.id, silences: host.silences)
        try await raise(move, deploy, Step.up, files: move.files, steps)
    }

    private func pin(_ move: ComposeMove, _ service: Service) async throws(Problem) {
        for name in move.names { try await host.name(move.imageID, try ImageReference(name.reference)) }
        try await OwnThread.run(throwing: { () throws(Problem) in
            for replacement in move.replacements { try replacement.replace() }
        })
    }

    /// Everything that compose is asked for may be asked for again.
    private func raise(
        _ move: ComposeMove, _ deploy: Deploy, _ step: String, files: [String], _ steps: DeploySteps
    ) async throws(Problem) {
        let call = try await call(move, deploy, files: files)
        try await steps.begin(step)
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
        try await steps.end(step)
    }

    /// The engine may still be making a container for a compose that was killed: then its name is taken.
    private func up(
        _ up: ComposeCall.Up, _ call: ComposeCall, _ move: ComposeMove, _ steps: DeploySteps
    ) async throws(Problem) {
        var attempt = 1
        while true {
            do throws(Problem) {
                return try await call.up(up) { steps.log($0) }
            } catch {
                guard error.message.contains("is already in use by container"), attempt < 3 else { throw error }
            }
            attempt += 1
            try await tidyUp(after: move)
        }
    }

    /// Compose does not always see that what lives in another container's namespaces has to be made anew with it.
    private func follow(_ move: ComposeMove, _ call: ComposeCall, _ steps: DeploySteps) async throws(Problem) {
        for service in move.dependents {
            let there = try await host.containers(labelled: [(Label.project, move.project)])
            let ids = Set(there.map(\.id))
            let own = there.filter { $0.labels[Label.service] == service }
            guard own.isEmpty || own.contains(where: { !$0.livesIn(ids) || !ComposeDriver.isUp($0) })
            else { continue }
            try await call.up(ComposeCall.Up(services: [service], isAlone: true, isForced: true)) { steps.log($0) }
        }
    }

    private func call(
        _ move: ComposeMove, _ deploy: Deploy, files: [String]
    ) async throws(Problem) -> ComposeCall {
        let definition = try definition(of: deploy.service)
        var environment = environment(deploy.id, definition)
        let program = try await program(&environment)
        return ComposeCall(
            program: program, environment: environment, directory: move.directory, project: move.project, files: files,
            environmentFiles: move.environmentFiles, profiles: move.profiles, timeout: definition.timeout)
    }

    // MARK: - Back

    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        guard let move = try ComposeMove.recorded(steps, deploy.id) else { return .restored }
        var complaints: [String] = []
        try await steps.begin(Step.unpin)
        for name in move.names { try await giveBack(name, move) }
        try await unpin(move, deploy.id, &complaints)
        try await steps.end(Step.unpin)
        watch.began(deploy.id, silences: host.silences)
        if steps.intent(Step.up) != nil {
            try await tidyUp(after: move)
            var refusals: [String] = []
            do throws(Problem) {
                try await raiseOld(move, deploy, complaints.isEmpty, steps)
            } catch {
                guard error.code != .unreachable, error.code != .interrupted else { throw error }
                refusals.append("\(error)")
            }
            refusals += try await strangers(in: move)
            if !refusals.isEmpty {
                complaints += try await restoreWithoutCompose(move, steps, because: refusals.joined(separator: "; "))
            }
        }
        return complaints.isEmpty ? .restored : .notRestored(reason: complaints.joined(separator: "; "))
    }

    private func giveBack(_ name: ComposeMove.Name, _ move: ComposeMove) async throws(Problem) {
        let reference = try ImageReference(name.reference)
        // Somebody may have given it to another image meanwhile.
        guard try await host.imageID(of: reference) == move.imageID else { return }
        if let old = name.old {
            try await host.name(old, reference)
        } else {
            try await host.removeName(reference)
        }
    }

    /// The exact bytes that were there. A file that somebody has changed meanwhile stays as it is.
    private func unpin(
        _ move: ComposeMove, _ deploy: DeployID, _ complaints: inout [String]
    ) async throws(Problem) {
        let refusals = try await OwnThread.run(throwing: { () throws(Problem) -> [String] in
            var refusals: [String] = []
            for replacement in move.replacements {
                try replacement.tidy()
                do throws(Problem) {
                    try replacement.reversed(mark: deploy.text).replace()
                } catch {
                    guard error.code == .conflict else { throw error }
                    refusals.append("\(error.message), and may name the release that failed")
                }
            }
            return refusals
        })
        complaints += refusals
    }

    /// By the files as they were. Where they would not make what ran, because a tag stands for another image by now, a file
    /// beside them names that image.
    private func raiseOld(
        _ move: ComposeMove, _ deploy: Deploy, _ areAsBefore: Bool, _ steps: DeploySteps
    ) async throws(Problem) {
        var files = move.files.filter { path in
            // One that was made for this deploy is gone.
            !move.replacements.contains { $0.old == nil && $0.path == path }
        }
        let own = try await oldImages(move, deploy, files, areAsBefore)
        guard !own.isEmpty else { return try await raise(move, deploy, Step.back, files: files, steps) }
        var override = OverrideFile()
        for (service, image) in own { override.set(image, for: service) }
        let beside = FileReplacement(
            "\(move.directory)/grapnel.yml", nil, with: Array(override.text.utf8), mark: "\(deploy.id.text)-back")
        files.append(try await OwnThread.run(throwing: { () throws(Problem) in try beside.draft() }))
        let result: Result<Void, Problem>
        do throws(Problem) {
            try await raise(move, deploy, Step.back, files: files, steps)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await ComposeDriver.tidy([beside])
        try result.get()
    }

    /// What has to be named beside the files, by the tags that keep it; nothing where the files say the same.
    private func oldImages(
        _ move: ComposeMove, _ deploy: Deploy, _ files: [String], _ areAsBefore: Bool
    ) async throws(Problem) -> [String: String] {
        var named: [String: String] = [:]
        let project: ComposeProject?
        do throws(Problem) { project = areAsBefore ? try await target(deploy).project : nil } catch { project = nil }
        for part in move.parts {
            guard let old = part.images.first, let tag = move.keptAs[old] else { continue }
            if let image = try? project?.image(of: part.service).reference(),
                try await host.imageID(of: image) == old
            {
                continue
            }
            named[part.service] = tag
        }
        return named
    }

    /// What is not as it was before the deploy.
    private func strangers(in move: ComposeMove) async throws(Problem) -> [String] {
        let containers = try await containers(of: move.project, move.services)
        return move.parts.compactMap { part in
            guard part.count > 0 else { return nil }
            let own = containers.filter { $0.labels[Label.service] == part.service }
            guard let stranger = own.first(where: { !part.images.contains($0.imageID) }) else {
                return own.count < part.count
                    ? "\(part.service) has \(own.count) containers, expected \(part.count)" : nil
            }
            return "\(stranger.name) runs the image \(stranger.imageID), expected \(part.images.first ?? "?")"
        }
    }

    /// That compose cannot make what ran may be because the files have been changed since it was made, or cannot be read.
    /// The service is to run all the same.
    private func restoreWithoutCompose(
        _ move: ComposeMove, _ steps: DeploySteps, because reason: String
    ) async throws(Problem) -> [String] {
        steps.report(
            .warning("compose does not bring the old release back, its containers are made again without it: \(reason)")
        )
        try await steps.begin(Step.restore)
        let known = Set(move.parts.flatMap(\.snapshots).compactMap { $0["name"]?.string })
        for container in try await containers(of: move.project, move.services) where !known.contains(container.name) {
            // What compose has left half done.
            try await host.remove(container)
        }
        var complaints: [String] = []
        for part in move.parts {
            for snapshot in part.snapshots {
                do throws(Problem) {
                    try await host.restore(snapshot, isRunning: part.wasRunning)
                } catch {
                    guard error.code != .unreachable, error.code != .interrupted else { throw error }
                    complaints.append("\(snapshot["name"]?.string ?? part.service): \(error)")
                }
            }
        }
        try await steps.end(Step.restore)
        return try await complaints + strangers(in: move)
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
