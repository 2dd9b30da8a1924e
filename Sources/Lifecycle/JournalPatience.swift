import Model

/// A journal that cannot be written (a full disk, a lock) stops everything until it can: what is not
/// written ahead is not done.
struct JournalPatience {
    let clock: any WallClock
    let progress: @Sendable (DeployProgress) -> Void

    func write<Value: Sendable>(_ work: () async throws(Problem) -> Value) async throws(Problem) -> Value {
        var tries = 0
        while true {
            do throws(Problem) {
                let value = try await work()
                if tries > 0 { progress(.goesOn) }
                return value
            } catch {
                if error.code == .interrupted { throw error }
                progress(.waiting(reason: "the journal cannot be written: \(error)"))
                try await clock.sleep(for: RetryDelay.betweenTries(tries))
                tries += 1
            }
        }
    }
}
