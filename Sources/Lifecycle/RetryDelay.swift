/// Growing delays, so that what is broken is not hammered and what is mended is soon noticed.
enum RetryDelay {
    /// Before the next whole deploy, after `attempt` failures that blocked nothing.
    static func betweenDeploys(attempt: Int) -> Duration {
        .seconds(min(30 << max(0, min(attempt - 1, 7)), 3_600))
    }

    /// Before the next try of a step that has to wait for the engine or for the disk.
    static func betweenTries(_ count: Int) -> Duration {
        .milliseconds(min(500 << max(0, min(count, 6)), 30_000))
    }
}
