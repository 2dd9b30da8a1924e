package import Model

/// The time, from outside, so that tests need not wait for it.
package protocol WallClock: Sendable {
    func now() -> Timestamp
    /// Throws `.interrupted` when the task is cancelled; nothing else.
    func sleep(for duration: Duration) async throws(Problem)
}
