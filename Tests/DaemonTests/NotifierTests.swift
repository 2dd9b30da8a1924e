import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// What the outbox holds reaches people once, whatever the journal does.
struct NotifierTests {
    /// An outbox whose marks fail until it is repaired.
    private final class Outbox: EventOutbox {
        private struct State {
            var events: [OutboxEvent] = []
            var isBroken = false
            var looks = 0
        }
        private let state = Mutex(State())

        var isEmpty: Bool { state.withLock { $0.events.isEmpty } }
        var looks: Int { state.withLock { $0.looks } }

        func add(_ event: Event) {
            state.withLock { $0.events.append(OutboxEvent(number: Int64($0.looks + $0.events.count), event: event)) }
        }

        func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

        func undelivered(limit: Int) async throws(Problem) -> [OutboxEvent] {
            state.withLock {
                $0.looks += 1
                return Array($0.events.prefix(limit))
            }
        }

        func markDelivered(_ numbers: [Int64]) async throws(Problem) {
            guard !state.withLock({ $0.isBroken }) else { throw Problem(.limit, "database or disk is full") }
            state.withLock { state in state.events.removeAll { numbers.contains($0.number) } }
        }
    }

    private final class Channel: NotificationChannel {
        let name = "test"
        private let sent = Mutex<[String]>([])
        var messages: [String] { sent.withLock { $0 } }
        func wants(_ event: Event) -> Bool { true }
        func send(_ event: Event) async throws(Problem) { sent.withLock { $0.append(event.message) } }
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ bytes: [UInt8]) { lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
    }

    private struct Setting {
        let outbox = Outbox()
        let channel = Channel()
        let lines = Lines()
        let clock = ManualClock(jumps: false)
        let notifier: Notifier

        init(hooks: RecordingHooks = RecordingHooks()) {
            let parts = AgentParts(
                services: [], limits: DeployLimits(), drivers: [:], hooks: hooks, prober: ScriptedProber(),
                channels: [channel], keeper: RecordingKeeper(), warnings: [])
            let log = Log(clock: { [clock] in clock.now() }, write: { [lines] in lines.add($0) })
            notifier = Notifier(outbox: outbox, journal: MemoryJournal(), log: log, parts: parts)
        }

        /// Runs the notifier while `body` does.
        func run(_ body: () async throws -> Void) async rethrows {
            let task = Task { [notifier, clock] in await notifier.run(every: .seconds(1), clock: clock) }
            defer { task.cancel() }
            try await body()
        }

        /// Lets the notifier look once more, and answers how long it had meant to sleep.
        func look() async -> Duration {
            var pause: Duration = .zero
            #expect(await wait { clock.nextDue != nil })
            let looks = outbox.looks
            if let due = clock.nextDue {
                pause = .microseconds(due.microseconds - clock.now().microseconds)
                clock.advance(to: due)
            }
            #expect(await wait { outbox.looks > looks && clock.nextDue != nil })
            return pause
        }
    }

    private static func event(_ message: String) -> Event {
        Event(at: Timestamp(microseconds: 0), kind: .deployed, message: message)
    }

    @Test func `a journal that cannot note what was told tells nobody twice`() async {
        let setting = Setting()
        setting.outbox.setBroken(true)
        setting.outbox.add(Self.event("one"))
        await setting.run {
            for _ in 0..<5 { _ = await setting.look() }
            #expect(setting.channel.messages == ["one"])
            #expect(setting.lines.all.count { $0.contains("database or disk is full") } == 1)
            #expect(!setting.outbox.isEmpty)

            setting.outbox.setBroken(false)
            _ = await setting.look()
            #expect(setting.outbox.isEmpty)
            setting.outbox.add(Self.event("two"))
            _ = await setting.look()
            #expect(setting.channel.messages == ["one", "two"])
        }
    }

    @Test func `it looks less and less often while the journal fails, and as before when it works again`() async {
        let setting = Setting()
        setting.outbox.setBroken(true)
        setting.outbox.add(Self.event("one"))
        await setting.run {
            var pauses: [Duration] = []
            for _ in 0..<9 { pauses.append(await setting.look()) }
            #expect(pauses == [2, 4, 8, 16, 32, 60, 60, 60, 60].map { .seconds($0) })
            setting.outbox.setBroken(false)
            _ = await setting.look()
            #expect(await setting.look() == .seconds(1))
        }
    }

    @Test func `a hook rewrites or drops a message, and one that fails changes nothing`() async {
        let hooks = RecordingHooks([
            RecordingHooks.Script(
                .notify, "10-first",
                [.gives(.rewrite("shorter")), .gives(.drop), .fails(Problem(.failed, "it broke"))])
        ])
        let setting = Setting(hooks: hooks)
        for message in ["long", "unwanted", "plain"] { setting.outbox.add(Self.event(message)) }
        await setting.run {
            #expect(await wait { setting.outbox.isEmpty })
            #expect(setting.channel.messages == ["shorter", "plain"])
            #expect(setting.lines.all.contains { $0.hasSuffix("warning hook 10-first failed: it broke\n") })
            #expect(hooks.openSessions == 0)
        }
    }
}
