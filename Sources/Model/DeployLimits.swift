/// Bounds over all services.
package struct DeployLimits: Hashable, Sendable {
    /// How many deploys run at once.
    package var concurrency: Int
    /// How many finished deploys of one service the history keeps.
    package var keep: Int

    package init(concurrency: Int = 2, keep: Int = 100) {
        self.concurrency = concurrency
        self.keep = keep
    }
}
