package import Lifecycle
package import Model

/// The way forward and the way back. The power may fail at each line; what then, is said where it matters.
extension SwarmDriver {
    private typealias Step = SwarmMove.Step

    /// The nodes pull for themselves.
    package func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let service = try await present(deploy.service)
        try refuseBusy(service)
    }

    package func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let move: SwarmMove
        if let begun = try SwarmMove(steps) { move = begun } else { move = try await begin(deploy, steps) }
        try await apply(move, deploy)
        try await steps.end(Step.update)
        try await awaitRollout(deploy.service, image: move.newImage, steps)
    }

    private func begin(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> SwarmMove {
        guard case .image(let reference, let digest)? = deploy.to else {
            throw Problem(.invalid, "there is no image to move to")
        }
        let service = try await present(deploy.service)
        try refuseBusy(service)
        let image = try ImageReference(reference).pinned(to: try Digest(digest)).familiar
        let last = try await engine.tasks(of: service).map(\.createdAt).max() ?? ""
        let move = SwarmMove(
            service, to: image, force: deploy.wish.force && service.image == image, since: last)
        try await steps.begin(Step.update, move.json)
        return move
    }

    /// Two updates at once would be one that nobody has asked for.
    private func refuseBusy(_ service: SwarmService) throws(Problem) {
        switch service.update {
        case .underWay, .goingBack:
            throw Problem(.conflict, "\(service.name) is being updated by somebody else; try again when that has ended")
        default: break
        }
    }

    /// The answer to an earlier call may have been lost: then it is done.
    private func apply(_ move: SwarmMove, _ deploy: Deploy) async throws(Problem) {
        let credentials = try await credentials(deploy.to, deploy.service)
        for _ in 0..<5 {
            let service = try await present(deploy.service)
            if service.image == move.newImage, service.forcedUpdates == move.forcedUpdates { return }
            // Its version also changes when an update before this one ends.
            guard service.spec == move.oldSpec else {
                throw Problem(.conflict, "somebody has changed \(service.name) in the middle of the deploy")
            }
            do throws(Problem) {
                return try await engine.update(service, to: move.newSpec, credentials)
            } catch {
                guard error.code == .conflict else { throw error }
            }
        }
        throw Problem(.conflict, "\(try definition(of: deploy.service).service) is changed by somebody all the time")
    }

    // MARK: - The rollout

    /// Until Swarm says that it is through, in one way or the other. Bounded by what it should take, and not by a time: a
    /// rollout over many nodes takes long.
    private func awaitRollout(_ own: Service, image: String, _ steps: DeploySteps) async throws(Problem) {
        var last = ""
        var quietSince = ContinuousClock.now
        while true {
            let service = try await present(own)
            let tasks = try await engine.tasks(of: service)
            switch service.update {
            case .completed: return
            case .paused(let words):
                throw Problem(.failed, "Swarm has paused the update: \(words)\(SwarmDriver.why(tasks, image))")
            case .wentBack(let words):
                throw Problem(.failed, "Swarm has taken the release back: \(words)\(SwarmDriver.why(tasks, image))")
            case .none where !tasks.contains { $0.isWanted && $0.image != image }: return
            case .none, .underWay, .goingBack: break
            }
            let running = tasks.count { $0.isRunning && $0.image == image }
            let account = "\(running) of \(SwarmDriver.count(service)) tasks run the new release"
            // What moves, be it backwards, is not stuck.
            let sight = account + tasks.map { "\($0.id) \($0.state)" }.sorted().joined()
            if sight != last {
                if !last.hasPrefix(account) { steps.log(account) }
                (last, quietSince) = (sight, .now)
            }
            guard quietSince.duration(to: .now) < patience + service.pauseBetweenTasks else {
                throw Problem(
                    .timeout,
                    "nothing has come of the update for \((patience + service.pauseBetweenTasks).text): \(account)"
                        + SwarmDriver.why(tasks, image))
            }
            try await Engine.pause()
        }
    }

    static func count(_ service: SwarmService) -> Int {
        if case .replicated(let count) = service.mode { return count }
        return service.wantedTasks ?? 0
    }

    /// What the last task that did not come to run has said.
    static func why(_ tasks: [SwarmTask], _ image: String) -> String {
        let own = tasks.filter { $0.image == image }
        let failed = own.filter(\.hasFailed)
        let waiting = failed.isEmpty ? own.filter { $0.isWanted && !$0.isRunning } : failed
        guard let last = waiting.max(by: { $0.changedAt < $1.changedAt }) else { return "" }
        return ": \(last.words)"
    }

    // MARK: - Back

    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        guard let move = try SwarmMove(steps) else { return .restored }
        let name = try definition(of: deploy.service).service
        for _ in 0..<5 {
            guard let service = try await engine.swarmService(name) else {
                return .notRestored(reason: "the Swarm has no service \"\(name)\" any more")
            }
            // Swarm may have gone back by itself, or the answer to an earlier call have been lost.
            guard service.image == move.newImage, move.newImage != move.oldImage else { break }
            try await steps.begin(Step.revert)
            do throws(Problem) {
                try await engine.update(service, to: back(from: service, move), nil, authFrom: "previous-spec")
            } catch {
                guard error.code == .conflict else { throw error }
                continue
            }
            try await steps.end(Step.revert)
            break
        }
        do throws(Problem) {
            try await awaitRollout(deploy.service, image: move.oldImage, steps)
        } catch {
            switch error.code {
            case .failed where error.message.hasPrefix("Swarm has taken the release back"): break
            case .failed, .timeout, .notFound, .conflict: return .notRestored(reason: "\(error)")
            default: throw error
            }
        }
        return .restored
    }

    /// The specification as it was. Where somebody has changed more than the image meanwhile, only that goes back.
    private func back(from service: SwarmService, _ move: SwarmMove) -> JSON {
        service.spec == move.newSpec
            ? move.oldSpec : SwarmService.replacing(service.spec, image: move.oldImage)
    }

    /// What a node no longer needs is its own business.
    package func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {}

    package func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        // Every step looks before it acts.
        .goOn
    }
}
