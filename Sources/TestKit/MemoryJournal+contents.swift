import Lifecycle
import Model
import Synchronization

extension MemoryJournal {
    final class Contents: Sendable {
        struct State: Sendable {
            private(set) var deploys: [DeployID: DeployRecord] = [:]
            /// As they came: several may be of the same moment.
            private var order: [DeployID] = []
            var entries: [DeployID: [JournalEntry]] = [:]
            var services: [String: ServiceState] = [:]
            var blocks: [Block] = []
            var events: [Event] = []
            var pause: ServiceState.Mark?
            var failures: [Problem] = []
            var held: [Write: [CheckedContinuation<Void, Never>]] = [:]
            var violations: [String] = []
            /// What was written, by what it says of steps or else by its kind.
            var writes: [String] = []
            var interludes: [Moment: @Sendable () async -> Void] = [:]

            var oldestFirst: [DeployRecord] { order.compactMap { deploys[$0] } }

            mutating func save(_ record: DeployRecord) {
                if deploys.updateValue(record, forKey: record.id) == nil { order.append(record.id) }
            }

            mutating func require(_ isFine: Bool, _ violation: String, _ id: DeployID) throws(Problem) {
                guard !isFine else { return }
                violations.append("\(id): \(violation)")
                throw Problem(.interrupted, violation)
            }
        }

        let state = Mutex(State())

        /// All or nothing: what throws does so before it changes anything.
        func change<Value>(_ change: (inout State) throws(Problem) -> Value) throws(Problem) -> Value {
            let result: Result<Value, Problem> = state.withLock { state in
                do throws(Problem) {
                    return .success(try change(&state))
                } catch {
                    return .failure(error)
                }
            }
            return try result.get()
        }

        func wait(_ kind: Write) async {
            guard state.withLock({ $0.held[kind] != nil }) else { return }
            await withCheckedContinuation { continuation in
                let isHeld = state.withLock { state in
                    guard state.held[kind] != nil else { return false }
                    state.held[kind]?.append(continuation)
                    return true
                }
                if !isHeld { continuation.resume() }
            }
        }
    }
}
