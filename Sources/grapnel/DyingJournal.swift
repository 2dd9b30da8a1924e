#if DEBUG
import Dispatch
import Glibc
import Lifecycle
import Model
import Synchronization

/// For the tests in `Tests/KillTests`: a journal that kills its own process at a chosen write, as a power cut would.
///
/// `GRAPNEL_TEST_KILL` says which write, counted from 1, and when: `before:17` it is committed, `after:17` it was, or
/// `later:17` a moment after that, when what it announced is under way. `never` only logs the writes. Those of the
/// outbox are not counted, since their order is a matter of chance. A release build has none of this.
final class DyingJournal: DeployJournal, EventOutbox {
    typealias Inner = any DeployJournal & EventOutbox

    static let variable = "GRAPNEL_TEST_KILL"
    private static let delay = DispatchTimeInterval.milliseconds(120)

    private enum Moment: String {
        case before, after, later, never
    }

    let inner: Inner
    private let moment: Moment
    private let number: Int
    private let count = Mutex(0)

    /// The journal itself, unless the environment asks for its death.
    static func wrap(_ journal: Inner, _ environment: [String: String]) throws(Problem) -> Inner {
        guard let text = environment[variable] else { return journal }
        let words = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let moment = words.first.flatMap(Moment.init(rawValue:)),
            let number = moment == .never ? 0 : words.dropFirst().first.flatMap({ Int($0) })
        else {
            throw Problem(.usage, "\(variable): \"\(text)\" is not a kill point, expected for example \"after:17\"")
        }
        return DyingJournal(journal, moment, number)
    }

    private init(_ inner: Inner, _ moment: Moment, _ number: Int) {
        self.inner = inner
        self.moment = moment
        self.number = number
    }

    func write<Value>(_ name: String, _ body: () async throws(Problem) -> Value) async throws(Problem) -> Value {
        let current = count.withLock { count in
            count += 1
            return count
        }
        Terminal.write(Array("journal write \(current): \(name)\n".utf8), to: 2)
        let isChosen = current == number
        if isChosen, moment == .before { DyingJournal.die() }
        let value = try await body()
        if isChosen, moment == .after { DyingJournal.die() }
        if isChosen, moment == .later {
            DispatchQueue.global().asyncAfter(deadline: .now() + DyingJournal.delay) { DyingJournal.die() }
        }
        return value
    }

    private static func die() { kill(getpid(), SIGKILL) }
}

// MARK: - Writing

extension DyingJournal {
    func accept(_ record: DeployRecord, state: ServiceState?, events: [Event]) async throws(Problem) {
        try await write("accept") { () throws(Problem) in
            try await inner.accept(record, state: state, events: events)
        }
    }

    func advance(_ record: DeployRecord, entries: [JournalEntry], events: [Event]) async throws(Problem) {
        try await write("advance to \(record.phase?.rawValue ?? "nothing")") { () throws(Problem) in
            try await inner.advance(record, entries: entries, events: events)
        }
    }

    func append(_ entries: [JournalEntry], to deploy: DeployID) async throws(Problem) {
        let names = entries.map { "\($0.kind.rawValue) of \($0.step)" }.joined(separator: ", ")
        try await write(names) { () throws(Problem) in try await inner.append(entries, to: deploy) }
    }

    func finish(_ closing: Closing) async throws(Problem) {
        try await write("finish") { () throws(Problem) in try await inner.finish(closing) }
    }

    func save(_ state: ServiceState, events: [Event]) async throws(Problem) {
        try await write("save") { () throws(Problem) in try await inner.save(state, events: events) }
    }

    func savePause(_ mark: ServiceState.Mark?, events: [Event]) async throws(Problem) {
        try await write("save the pause") { () throws(Problem) in try await inner.savePause(mark, events: events) }
    }

    func unblock(service: String, identity: String?, events: [Event]) async throws(Problem) -> [Block] {
        try await write("unblock") { () throws(Problem) in
            try await inner.unblock(service: service, identity: identity, events: events)
        }
    }

    func add(_ events: [Event]) async throws(Problem) {
        try await write("add events") { () throws(Problem) in try await inner.add(events) }
    }

    func markDelivered(_ numbers: [Int64]) async throws(Problem) { try await inner.markDelivered(numbers) }
}

// MARK: - Reading

extension DyingJournal {
    func undelivered(limit: Int) async throws(Problem) -> [OutboxEvent] { try await inner.undelivered(limit: limit) }
    func service(_ name: String) async throws(Problem) -> ServiceState? { try await inner.service(name) }
    func services() async throws(Problem) -> [ServiceState] { try await inner.services() }
    func pause() async throws(Problem) -> ServiceState.Mark? { try await inner.pause() }
    func blocks(service: String?) async throws(Problem) -> [Block] { try await inner.blocks(service: service) }
    func waiting() async throws(Problem) -> [DeployRecord] { try await inner.waiting() }
    func unfinished() async throws(Problem) -> [DeployRecord] { try await inner.unfinished() }
    func entries(of deploy: DeployID) async throws(Problem) -> [JournalEntry] { try await inner.entries(of: deploy) }
    func deploy(_ id: String) async throws(Problem) -> DeployRecord? { try await inner.deploy(id) }

    func pastReleases() async throws(Problem) -> [String: Set<Release>] { try await inner.pastReleases() }

    func lastDeploy(of service: String) async throws(Problem) -> DeployRecord? {
        try await inner.lastDeploy(of: service)
    }

    func history(service: String?, limit: Int) async throws(Problem) -> [DeployRecord] {
        try await inner.history(service: service, limit: limit)
    }
}
#endif
