/// Bounds over all services.
package struct DeployLimits: Hashable, Sendable {
    /// How many deploys run at once.
    package var concurrency: Int
    /// How many finished deploys of one service the history keeps.
    package var keep: Int
    /// How long a failed release stays blocked; nil is until someone unblocks it.
    package var blockFor: Duration?

    package init(concurrency: Int = 2, keep: Int = 100, blockFor: Duration? = nil) {
        self.concurrency = concurrency
        self.keep = keep
        self.blockFor = blockFor
    }
}
