import Lifecycle
import Model

/// Who may ask one registry now: a few at a time, in the order in which they came, and nobody while it wants to be left
/// alone.
actor HostGate {
    private let most: Int
    private let clock: any WallClock
    private var inside = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var closed: (until: Timestamp, reason: Problem)?
    private var refusalsInARow = 0

    init(most: Int, clock: any WallClock) {
        self.most = most
        self.clock = clock
    }

    /// Throws what has closed it.
    func enter() async throws(Problem) {
        try checkOpen()
        if inside < most {
            inside += 1
        } else {
            // Whoever leaves hands the place on.
            await withCheckedContinuation { waiting.append($0) }
            do throws(Problem) { try checkOpen() } catch {
                leave()
                throw error
            }
        }
    }

    func leave() {
        if waiting.isEmpty { inside -= 1 } else { waiting.removeFirst().resume() }
    }

    /// It has answered that it was too much. `after` is how long it wants to be left alone, if it said so.
    func close(after: Duration?, _ host: String, status: Int) -> Problem {
        // Those that were under way together are one refusal.
        if closedUntil == nil || refusalsInARow == 0 { refusalsInARow += 1 }
        let least = after ?? RetryAfter.delay(refusals: refusalsInARow)
        // So that those who were sent away together do not come back together.
        let until = clock.now() + least + .milliseconds(Int64.random(in: 0...max(1, least.milliseconds / 5)))
        let reason = Problem(
            .unreachable, "the \(host) has had too many requests (status \(status)) and is left alone until \(until)"
        )
        if closed.map({ $0.until < until }) ?? true { closed = (until, reason) }
        return closed?.reason ?? reason
    }

    /// For now, for another reason.
    func shut(_ pause: Duration, because reason: Problem) {
        let until = clock.now() + pause
        if closed.map({ $0.until < until }) ?? true { closed = (until, reason) }
    }

    func hasAnswered() { refusalsInARow = 0 }

    /// Until when nobody may ask; nil when anybody may.
    var closedUntil: Timestamp? { closed.flatMap { clock.now() < $0.until ? $0.until : nil } }

    private func checkOpen() throws(Problem) {
        guard let closed else { return }
        if clock.now() < closed.until { throw closed.reason }
        self.closed = nil
    }
}
