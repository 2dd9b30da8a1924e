package import Model

extension Coordinator {
    /// Lets go of releases that were kept and that nobody needs any more. No deploy that could need one of them begins
    /// meanwhile, and those that run keep theirs.
    package func prune(
        _ named: [String]?, dryRun: Bool, by keeper: any ReleaseKeeper
    ) async throws(Problem) -> PruneReport {
        guard !isStopping else { throw Problem(.interrupted, "the agent is being stopped") }
        guard !isPruning else { throw Problem(.conflict, "somebody else is pruning already") }
        isPruning = true
        holdBack()
        defer {
            isPruning = false
            holdBack()
            pump()
        }
        let underWay = try await underWay()
        // One that has not yet found out what it will run may be about to find it here.
        if !dryRun, let young = underWay.first(where: { $0.to == nil && tasks[$0.id] != nil && $0.driver != .script }) {
            throw Problem(
                .conflict, "deploy \(young.id) of \(young.service) has only begun: nothing was removed, try again later"
            )
        }
        let order = PruneOrder(
            named: named, services: Array(services.values), states: try await tools.journal.services(),
            past: try await tools.journal.pastReleases(), underWay: underWay, isDryRun: dryRun)
        return try await keeper.prune(order)
    }

    /// Also those of which the journal does not know yet that they have started.
    private func underWay() async throws(Problem) -> [DeployRecord] {
        var records = try await tools.journal.unfinished()
        for id in tasks.keys where !records.contains(where: { $0.id == id }) {
            guard let record = try await tools.journal.deploy(id.text), record.outcome == nil else { continue }
            records.append(record)
        }
        return records
    }

    /// Scripts need no images.
    func holdBack() {
        queue.heldBack = isPruning ? Set(services.values.filter { $0.kind.driver != .script }.map(\.name)) : []
    }
}
