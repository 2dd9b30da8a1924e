package import Lifecycle
package import Model
import Synchronization

/// A journal in memory that behaves as the real one does: every call is all or nothing, takes its time, and
/// may fail. Several lives of an agent can share what it holds.
package final class MemoryJournal: DeployJournal {
    package enum Write: Hashable, Sendable {
        case accept, advance, append, finish, save, savePause, unblock, add
    }

    let contents: Contents
    private let power: PowerSupply

    package convenience init() { self.init(contents: Contents(), power: PowerSupply()) }

    private init(contents: Contents, power: PowerSupply) {
        self.contents = contents
        self.power = power
    }

    /// The same journal as another life of the agent sees it.
    package func opened(on power: PowerSupply) -> MemoryJournal { MemoryJournal(contents: contents, power: power) }

    /// The next writes fail and change nothing.
    package func fail(_ times: Int, with problem: Problem = Problem(.limit, "database or disk is full")) {
        contents.state.withLock { $0.failures += Array(repeating: problem, count: times) }
    }

    /// Writes of that kind wait until they are let through.
    package func holdBack(_ kind: Write) { contents.state.withLock { $0.held[kind] = $0.held[kind] ?? [] } }

    package func letThrough(_ kind: Write) {
        let waiting = contents.state.withLock { $0.held.removeValue(forKey: kind) } ?? []
        for continuation in waiting { continuation.resume() }
    }

    /// When a write is done, and its writer not yet told.
    package enum Moment: Hashable, Sendable {
        /// Counted from 1.
        case write(Int)
        /// That of a step's intent, from which its deed would follow.
        case beginning(String)
    }

    /// What happens in the world at that moment, once.
    package func after(_ moment: Moment, _ action: @escaping @Sendable () async -> Void) {
        contents.state.withLock { $0.interludes[moment] = action }
    }

    /// How many writes of that kind wait.
    package func heldCount(_ kind: Write) -> Int { contents.state.withLock { $0.held[kind]?.count ?? 0 } }

    /// What the agent did that no journal can make sense of.
    package var violations: [String] { contents.state.withLock { $0.violations } }
    package var events: [Event] { contents.state.withLock { $0.events } }
    package var writeCount: Int { writes.count }
    /// Oldest first, as `intent of stop-old`; what is not about a driver's step, as its kind.
    package var writes: [String] { contents.state.withLock { $0.writes } }
    /// Oldest first.
    package var deploys: [DeployRecord] { contents.state.withLock { $0.oldestFirst } }

    @discardableResult
    private func write<Value>(
        _ kind: Write, of entries: [JournalEntry] = [], _ change: (inout Contents.State) throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        await Task.yield()
        await contents.wait(kind)
        let (value, interludes) = try power.change { () throws(Problem) in
            try contents.change { state throws(Problem) in
                if !state.failures.isEmpty { throw state.failures.removeFirst() }
                let names = entries.map { "\($0.kind) of \($0.step)" }
                state.writes.append(names.isEmpty ? "\(kind)" : names.joined(separator: ", "))
                let step = entries.first { $0.kind == .intent }?.step
                let value = try change(&state)
                let moments = [Moment.write(state.writes.count)] + (step.map { [.beginning($0)] } ?? [])
                let interludes = moments.compactMap { state.interludes.removeValue(forKey: $0) }
                return (value, interludes)
            }
        }
        for interlude in interludes { await interlude() }
        return value
    }

    private func read<Value>(_ look: (Contents.State) -> Value) async throws(Problem) -> Value {
        await Task.yield()
        try power.check()
        return contents.state.withLock { look($0) }
    }
}

extension MemoryJournal {
    package func accept(_ record: DeployRecord, state: ServiceState?, events: [Event]) async throws(Problem) {
        try await write(.accept) { contents throws(Problem) in
            try contents.require(contents.deploys[record.id]?.isWaiting ?? true, "accepted what was begun", record.id)
            contents.save(record)
            if let state { contents.services[state.name] = state }
            contents.events += events
        }
    }

    package func advance(_ record: DeployRecord, entries: [JournalEntry], events: [Event]) async throws(Problem) {
        try await write(.advance) { contents throws(Problem) in
            try contents.require(contents.deploys[record.id]?.outcome == nil, "advanced what had ended", record.id)
            try contents.require(record.isUnfinished, "advanced what had not begun", record.id)
            contents.save(record)
            contents.entries[record.id, default: []] += entries
            contents.events += events
        }
    }

    package func append(_ entries: [JournalEntry], to deploy: DeployID) async throws(Problem) {
        try await write(.append, of: entries) { contents throws(Problem) in
            try contents.require(contents.deploys[deploy]?.isUnfinished == true, "wrote ahead for none", deploy)
            contents.entries[deploy, default: []] += entries
        }
    }

    package func finish(_ closing: Closing) async throws(Problem) {
        let id = closing.record.id
        try await write(.finish) { contents throws(Problem) in
            try contents.require(contents.deploys[id]?.outcome == nil, "finished what had ended", id)
            try contents.require(closing.record.outcome != nil, "finished without an outcome", id)
            let isWaiting = closing.followUp.map { contents.deploys[$0.id]?.isWaiting ?? true } ?? true
            try contents.require(isWaiting, "followed up with what was begun", id)
            contents.save(closing.record)
            contents.entries[id, default: []] += closing.entries
            contents.services[closing.state.name] = closing.state
            contents.blocks.removeAll { block in
                guard block.service == closing.record.service else { return false }
                return closing.clearsBlocks || block.release.isSame(as: closing.proven)
            }
            if let block = closing.block {
                contents.blocks.removeAll { $0.service == block.service && $0.release.isSame(as: block.release) }
                contents.blocks.append(block)
            }
            if let followUp = closing.followUp { contents.save(followUp) }
            contents.events.append(closing.event)
        }
    }

    package func save(_ state: ServiceState, events: [Event]) async throws(Problem) {
        try await write(.save) { contents in
            contents.services[state.name] = state
            contents.events += events
        }
    }

    package func savePause(_ mark: ServiceState.Mark?, events: [Event]) async throws(Problem) {
        try await write(.savePause) { contents in
            contents.pause = mark
            contents.events += events
        }
    }

    package func unblock(service: String, identity: String?, events: [Event]) async throws(Problem) -> [Block] {
        try await write(.unblock) { contents in
            let removed = contents.blocks.filter {
                $0.service == service && (identity == nil || $0.release.identity == identity)
            }
            contents.blocks.removeAll { removed.contains($0) }
            if !removed.isEmpty { contents.events += events }
            return removed
        }
    }

    package func add(_ events: [Event]) async throws(Problem) {
        try await write(.add) { contents in contents.events += events }
    }
}

// MARK: - Reading

extension MemoryJournal {
    package func service(_ name: String) async throws(Problem) -> ServiceState? {
        try await read { $0.services[name] }
    }

    package func services() async throws(Problem) -> [ServiceState] {
        try await read { $0.services.values.sorted { $0.name < $1.name } }
    }

    package func pause() async throws(Problem) -> ServiceState.Mark? { try await read(\.pause) }

    package func blocks(service: String?) async throws(Problem) -> [Block] {
        try await read { $0.blocks.filter { service == nil || $0.service == service } }
    }

    package func waiting() async throws(Problem) -> [DeployRecord] {
        try await read { $0.oldestFirst.filter(\.isWaiting) }
    }

    package func unfinished() async throws(Problem) -> [DeployRecord] {
        try await read { $0.oldestFirst.filter(\.isUnfinished) }
    }

    package func entries(of deploy: DeployID) async throws(Problem) -> [JournalEntry] {
        try await read { $0.entries[deploy] ?? [] }
    }

    package func history(service: String?, limit: Int) async throws(Problem) -> [DeployRecord] {
        try await read { contents in
            let past = contents.oldestFirst.reversed().filter { service == nil || $0.service == service }
            return Array(past.prefix(max(0, limit)))
        }
    }

    package func pastReleases() async throws(Problem) -> [String: Set<Release>] {
        try await read { contents in
            var releases: [String: Set<Release>] = [:]
            for record in contents.oldestFirst {
                for release in [record.from, record.to].compactMap({ $0 }) {
                    releases[record.service, default: []].insert(release)
                }
            }
            return releases
        }
    }

    package func lastDeploy(of service: String) async throws(Problem) -> DeployRecord? {
        try await read { contents in contents.oldestFirst.last { $0.service == service && !$0.isWaiting } }
    }

    package func deploy(_ id: String) async throws(Problem) -> DeployRecord? {
        try await read { contents in
            if let exact = contents.deploys[DeployID(id)] { return exact }
            let found = contents.deploys.values.filter { !id.isEmpty && $0.id.text.hasPrefix(id) }
            return found.count == 1 ? found.first : nil
        }
    }
}
