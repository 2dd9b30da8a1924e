import Model

/// Who waits for the end of which deploy.
struct OutcomeWatchers {
    typealias Continuation = CheckedContinuation<DeployRecord?, Never>

    private var waiting: [DeployID: [Int: Continuation]] = [:]
    private var count = 0

    mutating func nextNumber() -> Int {
        count += 1
        return count
    }

    mutating func add(_ continuation: Continuation, number: Int, for id: DeployID) {
        waiting[id, default: [:]][number] = continuation
    }

    mutating func giveUp(_ number: Int, for id: DeployID) {
        waiting[id]?.removeValue(forKey: number)?.resume(returning: nil)
    }

    mutating func end(_ id: DeployID, _ record: DeployRecord) {
        for continuation in (waiting.removeValue(forKey: id) ?? [:]).values { continuation.resume(returning: record) }
    }

    mutating func endAll() {
        for continuation in waiting.values.flatMap(\.values) { continuation.resume(returning: nil) }
        waiting = [:]
    }
}
