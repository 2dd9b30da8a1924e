package import Lifecycle
package import Model

/// Has kept nothing, and remembers what it was asked to let go of.
package final class RecordingKeeper: ReleaseKeeper {
    private let orders = Recorded<PruneOrder>()
    private let meanwhile: @Sendable () async -> Void

    /// `meanwhile` happens while it is at work.
    package init(meanwhile: @escaping @Sendable () async -> Void = {}) { self.meanwhile = meanwhile }

    package var asked: [PruneOrder] { orders.all }

    package func prune(_ order: PruneOrder) async throws(Problem) -> PruneReport {
        orders.append(order)
        await meanwhile()
        return PruneReport(entries: [], isDryRun: order.isDryRun, freed: 0, nameless: 0)
    }
}
