import Lifecycle
import Model
import TestKit
import Testing

@testable import Daemon

struct ProgressHubTests {
    private let files = FileTree()
    private let readable = ReadableLog(level: .debug)
    private let hub: ProgressHub
    private let logs: DeployLogs
    private let id = DeployID("0abcde1234")

    init() throws {
        logs = try DeployLogs(files.path("logs")) { noon }
        hub = ProgressHub(logs: logs, log: readable.log)
    }

    private func collect(_ stream: AsyncStream<DeployProgress>) async -> [DeployProgress] {
        await stream.reduce(into: []) { $0.append($1) }
    }

    private let story: [DeployProgress] = [
        .phase(.up), .line("moving"), .layer(LayerProgress("a1", .downloading, done: 1, total: 2)),
        .waiting(reason: "no room"), .goesOn,
        .phaseEnded(.up, result: "ok", took: .milliseconds(15)), .finished(.deployed, reason: nil),
    ]

    // MARK: - Watching

    @Test func `everyone who watches sees everything in its order, until the end`() async {
        let first = hub.watch(id)
        let second = hub.watch(id)
        let other = hub.watch(DeployID("0abcde9999"))
        for progress in story { hub.report(id, progress) }
        hub.finishAll()
        #expect(await collect(first) == story)
        #expect(await collect(second) == story)
        #expect(await collect(other) == [])
    }

    @Test func `who comes late is told what was missed, but for a pull that is over`() async {
        for progress in story.dropLast(1) { hub.report(id, progress) }
        let late = hub.watch(id)
        hub.report(id, story[story.count - 1])
        #expect(await collect(late) == story.filter { if case .layer = $0 { false } else { true } })
    }

    @Test func `who comes in the middle of a pull is told how far each layer is`() async {
        hub.report(id, .phase(.pull))
        for done: Int64 in 0...3 {
            for name in ["a", "b"] { hub.report(id, .layer(LayerProgress(name, .downloading, done: done, total: 9))) }
        }
        hub.report(id, .layer(LayerProgress("a", .done, done: 9, total: 9)))
        let late = hub.watch(id)
        hub.finishAll()
        #expect(
            await collect(late) == [
                .phase(.pull), .layer(LayerProgress("a", .done, done: 9, total: 9)),
                .layer(LayerProgress("b", .downloading, done: 3, total: 9)),
            ])
    }

    /// Short deploys end before whoever asked for them watches.
    @Test func `who comes after the end is told all of it`() async {
        for progress in story { hub.report(id, progress) }
        for _ in 0..<2 {
            #expect(
                await collect(hub.watch(id)) == story.filter { if case .layer = $0 { false } else { true } })
        }
    }

    @Test func `of deploys that have ended only the newest are told`() async {
        let ids = (0..<3).map { DeployID("0abcde000\($0)") }
        for id in ids {
            hub.report(id, .phase(.up))
            for number in 0..<600 { hub.report(id, .line("\(number)")) }
            hub.report(id, .finished(.deployed, reason: nil))
        }
        #expect(ids.map(hub.knows) == [false, true, true])
        #expect(await collect(hub.watch(ids[1])).count == 500)
        #expect(await collect(hub.watch(ids[2])).last == .finished(.deployed, reason: nil))
    }

    @Test func `of a long deploy who comes late is told the newest`() async {
        hub.report(id, .phase(.up))
        for number in 0..<10_000 { hub.report(id, .line("\(number)")) }
        let late = hub.watch(id)
        hub.report(id, .finished(.deployed, reason: nil))
        let seen = await collect(late)
        #expect(seen.count == 501)
        #expect(seen.first == .line("9500"))
        #expect(seen.suffix(2) == [.line("9999"), .finished(.deployed, reason: nil)])
    }

    /// Nobody reads while all of it is reported: whatever waited for a reader would never come to an end.
    @Test func `who does not read holds up nobody, and loses the oldest`() async {
        let slow = hub.watch(id)
        hub.report(id, .phase(.up))
        for number in 0..<10_000 { hub.report(id, .line("\(number)")) }
        hub.report(id, .finished(.failed, reason: "it broke"))
        let seen = await collect(slow)
        #expect(seen.count == 2_000)
        #expect(seen.first == .line("8001"))
        #expect(seen.last == .finished(.failed, reason: "it broke"))
    }

    @Test func `who leaves changes nothing for the others`() async {
        let stays = hub.watch(id)
        let leaves = Task { [hub, id] in for await _ in hub.watch(id) {} }
        hub.report(id, .phase(.up))
        leaves.cancel()
        await leaves.value
        hub.report(id, .line("moving"))
        hub.report(id, .finished(.deployed, reason: nil))
        #expect(await collect(stays) == [.phase(.up), .line("moving"), .finished(.deployed, reason: nil)])
    }

    @Test func `when the agent stops nobody waits any longer`() async {
        let waiting = hub.watch(DeployID("0abcde9999"))
        hub.report(id, .phase(.up))
        let watching = hub.watch(id)
        hub.finishAll()
        #expect(await collect(watching) == [.phase(.up)])
        #expect(await collect(waiting) == [])
    }

    /// Notify hooks print when the deploy has ended; nobody would ever take such a line out again.
    @Test func `what comes after the end is in the log and nowhere else`() async throws {
        hub.report(id, .finished(.deployed, reason: nil))
        hub.report(id, .line("notify/10-tell: told"))
        hub.report(id, .warning("notify/20-tell is not executable"))
        #expect(await collect(hub.watch(id)) == [.finished(.deployed, reason: nil)])

        // Nobody knows of that one any more.
        let older = DeployID("0abcde0000")
        hub.report(older, .line("notify/10-tell: told"))
        let late = hub.watch(older)
        hub.finishAll()
        #expect(await collect(late) == [])
        #expect(String(decoding: try logs.read(id), as: UTF8.self).contains(" notify/10-tell: told\n"))
    }

    @Test func `the first lines of a deploy that is taken up again are told at once`() async {
        let early = hub.watch(id)
        hub.report(id, .line("hook 10-move was running"))
        hub.report(id, .phase(.rollbackHooks))
        hub.finishAll()
        #expect(await collect(early) == [.line("hook 10-move was running"), .phase(.rollbackHooks)])
    }

    // MARK: - What is kept

    @Test func `the deploy's log has what happened and what was printed`() throws {
        for progress in story { hub.report(id, progress) }
        let expected = ["moving", "= waiting: no room", "= goes on", "= up: ok after 15ms", "= deployed"]
        #expect(
            String(decoding: try logs.read(id), as: UTF8.self)
                == expected.map { "\(noonText) \($0)\n" }.joined())
        hub.report(DeployID("0abcde9999"), .finished(.failed, reason: "it broke"))
        #expect(files.read("logs/0abcde9999.log") == "\(noonText) = failed: it broke\n")
    }

    @Test func `the agent's log has what holds a deploy up`() {
        for progress in story { hub.report(id, progress) }
        #expect(
            readable.writes == [
                "\(noonText) debug [0abcde1234] phase up\n", "\(noonText) warning [0abcde1234] waiting: no room\n",
                "\(noonText) info [0abcde1234] goes on\n",
            ])
    }

    @Test func `it knows what a deploy waits for, for as long as it does`() {
        #expect(hub.stall(of: id) == nil)
        hub.report(id, .phase(.up))
        hub.report(id, .waiting(reason: "no room"))
        hub.report(id, .line("still here"))
        #expect(hub.stall(of: id) == "no room")
        #expect(hub.stall(of: DeployID("0abcde9999")) == nil)
        hub.report(id, .goesOn)
        #expect(hub.stall(of: id) == nil)
        hub.report(id, .waiting(reason: "no room"))
        hub.report(id, .finished(.deployed, reason: nil))
        #expect(hub.stall(of: id) == nil)
    }
}
