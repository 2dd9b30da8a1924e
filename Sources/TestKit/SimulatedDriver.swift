package import Lifecycle
package import Model

/// Moves a service as the container driver does: create the new one beside the old, stop the old, rename
/// both, start the new one; each step written ahead and harmless to repeat.
package struct SimulatedDriver: ServiceDriver {
    private let world: SimulatedWorld
    private let power: PowerSupply
    private let candidates: Candidates?
    private let continuation: Continuation

    /// `continuation` is what it says after a kill during `up`.
    package init(
        _ world: SimulatedWorld, power: PowerSupply = PowerSupply(), tags: [String]? = nil,
        candidates: Candidates? = nil, afterInterruption continuation: Continuation = .goOn
    ) {
        self.world = world
        self.power = power
        self.candidates = candidates ?? tags.map { Candidates($0) }
        self.continuation = continuation
    }

    package func check(_ wish: Wish, for service: Service) throws(Problem) {}

    package func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? { candidates }

    package func published(_ release: Release, _ deploy: Deploy) async throws(Problem) -> Timestamp? {
        guard case .image(let reference, _) = release, let tag = try ImageReference(reference).tag else { return nil }
        return try await candidates?.times?.times(of: [tag])[tag]
    }

    package func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
        await Task.yield()
        let from = world.container(deploy.service.name).flatMap { $0.isRunning ? $0.release : nil }
        if case .previous = deploy.wish.target {
            return Plan(from: from, to: state.previous, reason: "there is no release before the current one")
        }
        let wish = chosen.map { Wish(.tag($0), force: deploy.wish.force) } ?? deploy.wish
        return Plan(from: from, to: try world.resolve(wish, power), reason: "no tag matches")
    }

    package func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        await Task.yield()
        if let release = deploy.to { try world.pull(release, power) }
    }

    package func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let names = Names(deploy)
        guard let release = deploy.to else { throw Problem(.invalid, "nothing to start") }
        try await step("create", steps) { () throws(Problem) in
            if world.container(names.new) == nil { try world.create(names.new, release, power) }
        }
        if deploy.from != nil {
            try await step("stop-old", steps) { () throws(Problem) in try world.stop(names.live, power) }
            try await step("rename-old", steps) { () throws(Problem) in
                if world.container(names.kept) == nil { try world.rename(names.live, to: names.kept, power) }
            }
        }
        try await step("rename-new", steps) { () throws(Problem) in
            if world.container(names.new) != nil { try world.rename(names.new, to: names.live, power) }
        }
        try await step("start-new", steps) { () throws(Problem) in try world.start(names.live, power) }
    }

    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        await Task.yield()
        guard let (container, look) = try world.look(at: deploy.service.name, power) else {
            return Look(running: .missing)
        }
        let expected = deploy.failure == nil ? deploy.to : deploy.from
        guard container.release.isSame(as: expected) else {
            let reason = "it runs \(container.release.shortText) instead of \(expected?.shortText ?? "nothing")"
            return Look(running: .wrong(reason: reason))
        }
        return look
    }

    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        let names = Names(deploy)
        let isSwapped = world.container(names.kept) != nil || deploy.from == nil && world.container(names.new) == nil
        if isSwapped {
            try await discard(names.live, "undo-new", steps)
            if deploy.from != nil {
                try await step("undo-rename", steps) { () throws(Problem) in
                    try world.rename(names.kept, to: names.live, power)
                }
            }
        }
        try await discard(names.new, "undo-created", steps)
        guard deploy.from != nil else { return .notRestored(reason: "nothing ran before") }
        if world.container(names.live)?.isRunning == false {
            try await step("undo-start", steps) { () throws(Problem) in try world.start(names.live, power) }
        }
        return .restored
    }

    package func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        try await discard(Names(deploy).kept, "remove-old", steps)
    }

    package func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        await Task.yield()
        try power.check()
        return continuation
    }

    private struct Names {
        let live: String
        let new: String
        let kept: String

        init(_ deploy: Deploy) {
            live = deploy.service.name
            new = "\(live)-\(deploy.id)"
            kept = "\(live)-\(deploy.id)-old"
        }
    }

    private func discard(_ name: String, _ label: String, _ steps: DeploySteps) async throws(Problem) {
        guard world.container(name) != nil else { return }
        try await step(label, steps) { () throws(Problem) in
            try world.stop(name, power)
            try world.remove(name, power)
        }
    }

    private func step(
        _ name: String, _ steps: DeploySteps, _ work: () async throws(Problem) -> Void
    ) async throws(Problem) {
        if steps.result(name) != nil { return }
        try await steps.begin(name)
        try await work()
        try await steps.end(name)
    }
}
