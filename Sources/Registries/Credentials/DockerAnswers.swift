import Lifecycle
import Model
import Synchronization

/// What docker's file and its helpers have just answered: a look at many tags must not start a program for each.
final class DockerAnswers: Sendable {
    private typealias Answer = Task<Result<FoundCredentials?, Problem>, Never>

    private let clock: any WallClock
    private let known = Mutex<[String: (since: Timestamp, answer: Answer)]>([:])

    /// Not for so long that somebody who has logged in would have to wait.
    private static let lifetime: Duration = .seconds(3)

    init(clock: any WallClock) { self.clock = clock }

    func answer(
        _ repository: String, _ ask: @escaping @Sendable () async throws(Problem) -> FoundCredentials?
    ) async throws(Problem) -> FoundCredentials? {
        let now = clock.now()
        let task = known.withLock { known in
            known = known.filter { now - $0.value.since < DockerAnswers.lifetime }
            if let asked = known[repository] { return asked.answer }
            let task = Task { () -> Result<FoundCredentials?, Problem> in
                do throws(Problem) { return .success(try await ask()) } catch { return .failure(error) }
            }
            known[repository] = (now, task)
            return task
        }
        return try await task.value.get()
    }
}
