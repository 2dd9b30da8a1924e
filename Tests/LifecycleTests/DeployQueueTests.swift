@testable import Lifecycle
import Model
import TestKit
import Testing

@Suite("The queue of deploys")
struct DeployQueueTests {
    private static let now = Timestamp(microseconds: 1_800_000_000_000_000)
    private var queue = DeployQueue(limit: 10)

    private func record(
        _ id: String, _ service: String = "web", _ kind: Trigger.Kind = .poll, _ wish: Wish = Wish(),
        at second: Int = 0, attempt: Int = 1, notBefore: Duration? = nil
    ) -> DeployRecord {
        DeployRecord(
            id: DeployID(id), service: service, driver: .container, trigger: Trigger(kind), wish: wish,
            accepted: Self.now + .seconds(second), attempt: attempt, notBefore: notBefore.map { Self.now + $0 })
    }

    @discardableResult
    private mutating func ask(_ record: DeployRecord) -> DeployQueue.Decision {
        let decision = queue.ask(record)
        switch decision {
        case .queued(let record), .coalesced(let record): queue.accepted(record.id)
        case .declined: break
        }
        return decision
    }

    private mutating func start(after second: Int = 0) -> [String] {
        queue.start(at: Self.now + .seconds(second)).map(\.id.text)
    }

    @Test("runs one deploy of a service at a time")
    mutating func oneAtATime() {
        ask(record("a"))
        #expect(start() == ["a"])
        ask(record("b"))
        #expect(start() == [])
        #expect(queue.obstacle(for: "web", at: Self.now) == .running(DeployID("a")))
        queue.finished("web")
        #expect(start() == ["b"])
    }

    @Test("starts nothing before its acceptance is on the disk, and forgets what could not be written")
    mutating func durability() {
        _ = queue.ask(record("a"))
        #expect(queue.obstacle(for: "web", at: Self.now) == .notDurable)
        #expect(start() == [])
        queue.withdraw(DeployID("a"))
        #expect(queue.waitingRecord(of: "web") == nil)

        ask(record("b", notBefore: .seconds(60)))
        // Now with a newer wish, which is not written yet, and then cannot be.
        _ = queue.ask(record("c", "web", .commandLine, Wish(.tag("2"))))
        #expect(queue.obstacle(for: "web", at: Self.now) == .notDurable)
        queue.withdraw(DeployID("b"))
        #expect(queue.waitingRecord(of: "web") == record("b", notBefore: .seconds(60)))
        #expect(queue.obstacle(for: "web", at: Self.now) == .notBefore(Self.now + .seconds(60)))
    }

    @Test("makes one follow-up of whatever arrives meanwhile, with the newest wish")
    mutating func coalescing() {
        ask(record("a"))
        _ = start()
        ask(record("b", "web", .webhook, Wish(.tag("1"))))
        ask(record("c", "web", .webhook, Wish(.tag("2"))))
        ask(record("d", "web", .webhook, Wish(.tag("3"))))
        queue.finished("web")
        #expect(queue.waitingRecord(of: "web")?.wish == Wish(.tag("3")))
        #expect(start() == ["b"])
        #expect(queue.waitingRecord(of: "web") == nil)
    }

    @Test("lets services that share a lock take turns, the one that has waited longest first")
    mutating func locks() {
        queue.locks = ["web": "shop", "db": "shop"]
        ask(record("a", "web"))
        #expect(start() == ["a"])
        ask(record("b", "web", at: 2))
        ask(record("c", "db", at: 1))
        ask(record("d", "blog", at: 3))
        #expect(queue.obstacle(for: "db", at: Self.now) == .turn(service: "web"))
        #expect(start() == ["d"])
        queue.finished("web")
        #expect(start() == ["c"])
        queue.finished("db")
        #expect(start() == ["b"])
    }

    @Test("runs no more at once than the limit, oldest first")
    mutating func limit() {
        queue.limit = 2
        for (index, name) in ["a", "b", "c", "d"].enumerated() { ask(record(name, name, at: 10 - index)) }
        #expect(start() == ["d", "c"])
        #expect(queue.obstacle(for: "a", at: Self.now) == .limit(2))
        queue.finished("c")
        #expect(start() == ["b"])
        queue.finished("b")
        queue.finished("d")
        #expect(start() == ["a"])
    }

    @Test("holds back polls and webhooks while paused, but no person, and healing neither")
    mutating func pauses() {
        queue.pausedServices = ["web"]
        ask(record("a", "web", .webhook))
        ask(record("b", "blog", .poll))
        #expect(start() == ["b"])
        #expect(queue.obstacle(for: "web", at: Self.now) == .paused)
        queue.isPaused = true
        queue.pausedServices = []
        #expect(start() == [])
        ask(record("c", "web", .commandLine))
        #expect(start() == ["a"])
        queue.finished("web")
        ask(record("d", "web", .heal))
        #expect(start() == ["d"])
        queue.finished("web")
        ask(record("e", "web", .poll))
        #expect(start() == [])
        queue.isPaused = false
        #expect(start() == ["e"])
    }

    @Test("declines what is automatic while a person's choice stands, or is on its way")
    mutating func holds() {
        queue.holds = ["web": "tag 1.1 was asked for"]
        #expect(ask(record("a", "web", .poll)) == .declined(reason: "web is held: tag 1.1 was asked for"))
        #expect(ask(record("b", "web", .webhook)) == .declined(reason: "web is held: tag 1.1 was asked for"))
        #expect(
            ask(record("c", "web", .heal, Wish(.image("x")))) == .queued(record("c", "web", .heal, Wish(.image("x")))))
        queue = DeployQueue(limit: 10)
        ask(record("d", "web", .api, Wish(.tag("2"))))
        let reason = "deploy d of a chosen release is under way"
        #expect(ask(record("e", "web", .poll)) == .declined(reason: reason))
        _ = start()
        #expect(ask(record("f", "web", .webhook, Wish(.tag("3")))) == .declined(reason: reason))
        queue.finished("web")
        #expect(start() == [])
    }

    @Test("does not take the tag in a webhook, or what healing re-creates, for a person's choice")
    mutating func notHolds() {
        ask(record("a", "web", .webhook, Wish(.tag("2"))))
        _ = start()
        #expect(ask(record("b", "web", .poll)) == .queued(record("b", "web", .poll)))
        ask(record("c", "blog", .heal, Wish(.image("x"), force: true)))
        _ = start()
        #expect(ask(record("d", "blog", .poll)) == .queued(record("d", "blog", .poll)))
    }

    /// What waits, what is asked for then, and what waits after that.
    struct Merge: Sendable, CustomTestStringConvertible {
        let name: String
        let waiting: Asked
        let new: Asked
        var isPaused = false
        let result: Asked
        var testDescription: String { name }
    }

    struct Asked: Hashable, Sendable {
        let kind: Trigger.Kind
        var wish = Wish()
        var attempt = 1
        var notBefore: Int?
    }

    static let merges: [Merge] = [
        Merge(
            name: "a person hurries what a hook has put off", waiting: Asked(kind: .poll, notBefore: 60),
            new: Asked(kind: .commandLine), result: Asked(kind: .commandLine)),
        Merge(
            name: "a person begins the tries anew", waiting: Asked(kind: .webhook, attempt: 5, notBefore: 60),
            new: Asked(kind: .api, wish: Wish(.tag("2"))), result: Asked(kind: .api, wish: Wish(.tag("2")))),
        Merge(
            name: "the later of two people decides", waiting: Asked(kind: .api, wish: Wish(.tag("1"), force: true)),
            new: Asked(kind: .commandLine, wish: Wish(.tag("2"))),
            result: Asked(kind: .commandLine, wish: Wish(.tag("2")))),
        Merge(
            name: "two people who want the same, one of them by force",
            waiting: Asked(kind: .api, wish: Wish(.tag("1"), force: true)),
            new: Asked(kind: .commandLine, wish: Wish(.tag("1"))),
            result: Asked(kind: .commandLine, wish: Wish(.tag("1"), force: true))),
        Merge(
            name: "a poll changes nothing of what a person asked for",
            waiting: Asked(kind: .commandLine, notBefore: 60),
            new: Asked(kind: .poll), result: Asked(kind: .commandLine, notBefore: 60)),
        Merge(
            name: "a webhook changes nothing of it either", waiting: Asked(kind: .api, wish: Wish(force: true)),
            new: Asked(kind: .webhook, wish: Wish(.tag("2"))), result: Asked(kind: .api, wish: Wish(force: true))),
        Merge(
            name: "healing changes nothing of it either", waiting: Asked(kind: .api),
            new: Asked(kind: .heal, wish: Wish(.image("x"))), result: Asked(kind: .api)),
        Merge(
            name: "a poll does not hurry what a hook has put off", waiting: Asked(kind: .webhook, notBefore: 60),
            new: Asked(kind: .poll), result: Asked(kind: .poll, notBefore: 60)),
        Merge(
            name: "a webhook does not hurry it, but brings its wish", waiting: Asked(kind: .webhook, notBefore: 60),
            new: Asked(kind: .webhook, wish: Wish(.tag("2"))),
            result: Asked(kind: .webhook, wish: Wish(.tag("2")), notBefore: 60)),
        Merge(
            name: "a poll does not hurry what keeps failing", waiting: Asked(kind: .poll, attempt: 4, notBefore: 60),
            new: Asked(kind: .poll), result: Asked(kind: .poll, attempt: 4, notBefore: 60)),
        Merge(
            name: "a webhook hurries what keeps failing, and the delays go on growing",
            waiting: Asked(kind: .poll, attempt: 4, notBefore: 60), new: Asked(kind: .webhook),
            result: Asked(kind: .webhook, attempt: 4)),
        Merge(
            name: "healing does not wait for what a hook has put off", waiting: Asked(kind: .poll, notBefore: 60),
            new: Asked(kind: .heal, wish: Wish(.image("x"))), result: Asked(kind: .heal, wish: Wish(.image("x")))),
        Merge(
            name: "healing does not wait for the end of a pause", waiting: Asked(kind: .poll),
            new: Asked(kind: .heal, wish: Wish(.image("x"))), isPaused: true,
            result: Asked(kind: .heal, wish: Wish(.image("x")))),
        Merge(
            name: "what is about to start heals too", waiting: Asked(kind: .webhook),
            new: Asked(kind: .heal, wish: Wish(.image("x"))), result: Asked(kind: .webhook)),
        Merge(
            name: "a new release heals too", waiting: Asked(kind: .heal, wish: Wish(.image("x"))),
            new: Asked(kind: .webhook), result: Asked(kind: .webhook)),
        Merge(
            name: "a poll does not put healing under the pause", waiting: Asked(kind: .heal, wish: Wish(.image("x"))),
            new: Asked(kind: .poll), isPaused: true, result: Asked(kind: .heal, wish: Wish(.image("x")))),
    ]

    @Test("merges requests", arguments: merges)
    mutating func merging(_ merge: Merge) {
        func asRecord(_ id: String, _ asked: Asked) -> DeployRecord {
            record(
                id, "web", asked.kind, asked.wish, attempt: asked.attempt,
                notBefore: asked.notBefore.map { .seconds($0) })
        }
        queue.isPaused = merge.isPaused
        queue.restore(waiting: asRecord("a", merge.waiting))
        #expect(ask(asRecord("b", merge.new)) == .coalesced(asRecord("a", merge.result)))
        #expect(queue.waitingRecord(of: "web") == asRecord("a", merge.result))
    }

    @Test("merges the next try of a deploy with what was asked for while it ran")
    mutating func followUps() {
        let followUp = record("f", "web", .poll, attempt: 2, notBefore: .seconds(30))
        #expect(queue.merged(followUp: followUp) == followUp)

        // A newer poll takes the delay over, in its own row.
        queue.restore(waiting: record("w", "web", .poll))
        #expect(queue.merged(followUp: followUp) == record("w", "web", .poll, attempt: 2, notBefore: .seconds(30)))

        // A person's request makes it moot.
        queue.restore(waiting: record("w", "web", .commandLine))
        #expect(queue.merged(followUp: followUp) == nil)

        // A person's deploy that was put off is not lost to a poll.
        queue.restore(waiting: record("w", "web", .poll))
        let put = record("f", "web", .api, Wish(force: true), notBefore: .seconds(600))
        #expect(queue.merged(followUp: put) == record("w", "web", .api, Wish(force: true), notBefore: .seconds(600)))
    }

    @Test("knows when the next one is due")
    mutating func due() {
        #expect(queue.nextDue(after: Self.now) == nil)
        ask(record("a", "web", notBefore: .seconds(60)))
        ask(record("b", "blog", notBefore: .seconds(30)))
        #expect(queue.nextDue(after: Self.now) == Self.now + .seconds(30))
        #expect(queue.obstacle(for: "blog", at: Self.now) == .notBefore(Self.now + .seconds(30)))
        #expect(start(after: 29) == [])
        #expect(start(after: 30) == ["b"])
        #expect(queue.nextDue(after: Self.now + .seconds(30)) == Self.now + .seconds(60))
    }

    @Test("keeps its promises over any sequence of requests and ends", arguments: 0..<UInt64(isLong ? 2_000 : 100))
    func promises(_ seed: UInt64) {
        var play = QueuePlay(seed: seed)
        for _ in 0..<150 { play.step() }
        play.finish()
        #expect(play.complaints == [])
    }
}
