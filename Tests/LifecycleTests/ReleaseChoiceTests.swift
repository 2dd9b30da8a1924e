@testable import Lifecycle
import Model
import TestKit
import Testing

/// Which tag a deploy takes, and a plan of one.
struct ReleaseChoiceTests {
    /// The tags as they come, so that the first one is the best.
    private struct InOrder: TagPolicy {
        var problem: Problem?
        let asked = Recorded<[String]>()

        func choose(
            among candidates: Candidates, log: @escaping @Sendable (String) -> Void
        ) async throws(Problem) -> TagChoice {
            asked.append(candidates.tags)
            if let problem { throw problem }
            var choice = TagChoice(seen: candidates.tags.count)
            for tag in candidates.tags {
                if tag.hasPrefix("x") { choice.drop(tag, "odd") } else { choice.ranked.append(tag) }
            }
            return choice
        }
    }

    private struct Times: TagTimes {
        let known: [String: Timestamp]

        func times(of tags: [String]) async throws(Problem) -> [String: Timestamp] {
            known.filter { tags.contains($0.key) }
        }
    }

    private let clock = ManualClock()

    /// What a plan says; a deploy does the same.
    private func plan(
        _ tags: [String], hooks: [RecordingHooks.Script] = [], policy: (any TagPolicy)? = InOrder(),
        exclude: [String] = [],
        age: Duration? = nil, ages: [String: Duration] = [:], current: String? = "1.0", wish: Wish = Wish()
    ) async throws -> PlanReport {
        let world = SimulatedWorld(running: old)
        world.offer(new)
        for tag in ["1.0", "1.1", "1.2"] { world.offer(image(tag), as: tag) }
        var service = service()
        service.tagLimits = TagLimits(exclude: exclude, age: age)
        let times = ages.mapValues { clock.now() + (.zero - $0) }
        let driver = SimulatedDriver(
            world, candidates: Candidates(tags, current: current, times: Times(known: times)))
        let hooks = RecordingHooks(hooks, policy: policy)
        let report = try await DeployPlanner(driver: driver, hooks: hooks, clock: clock).plan(
            service, wish, state: nil, blocks: [])

        let journal = MemoryJournal()
        let coordinator = Coordinator(
            tools: Coordinator.Tools(
                journal: journal, drivers: [.container: driver], hooks: hooks, prober: ScriptedProber(),
                orphans: RecordingOrphans(), clock: clock
            ) { _, _ in }, services: [service], limits: DeployLimits())
        guard case .queued(let id) = try await coordinator.request("web", wish, by: Trigger(.commandLine)) else {
            return report
        }
        let record = try #require(try await coordinator.outcome(of: id))
        if report.decision == "deploy" {
            #expect(record.outcome == .deployed && record.to == report.to, "\(record.reason ?? "")")
        } else {
            #expect(record.outcome?.rawValue == report.decision && record.reason == report.reason)
        }
        return report
    }

    @Test("A hook chooses before the policy, and the policy where no hook does")
    func order() async throws {
        let hook = RecordingHooks.Script(.selectTag, "web.lua", .tag("1.2"))
        let silent = RecordingHooks.Script(.selectTag, "web.lua", .proceed)
        #expect(try await plan(["1.1", "1.2"], hooks: [hook]).to == image("1.2"))
        let report = try await plan(["1.1", "1.2", "x1"], hooks: [silent])
        #expect(report.to == image("1.1"))
        #expect(report.tags?.text == "3 tags seen: 1 odd (x1)" && report.tags?.ranked == ["1.1", "1.2"])
        // Nobody chooses: what the driver follows.
        #expect(try await plan(["1.2"], policy: nil).to == new)
        #expect(try await plan(["1.2"], wish: Wish(.tag("1.1"))).to == new)
    }

    @Test("That nothing qualifies is told, with what was against each, and changes nothing")
    func nothing() async throws {
        let report = try await plan(["x1", "x2", "x3", "x4", "x5", "x6"])
        #expect(report.decision == "unchanged")
        #expect(report.reason == "no tag qualifies: 6 tags seen: 6 odd (x1, x2, x3, x4, x5, …)")
    }

    @Test("A policy that fails is not passed over")
    func failing() async throws {
        let report = try await plan(["1.1"], policy: InOrder(problem: Problem(.invalid, "no such range")))
        #expect(report.decision == "failed" && report.reason == "select: no such range")
    }

    @Test("Excluded tags are shown to nobody")
    func excluded() async throws {
        let policy = InOrder()
        let hook = RecordingHooks.Script(.selectTag, "web.lua", .tag("1.2"))
        let report = try await plan(["1.2", "1.1"], policy: policy, exclude: ["*.2", "bad"])
        #expect(report.to == new && policy.asked.all.allSatisfy { $0 == ["1.1"] })
        #expect(report.tags?.text == "2 tags seen: 1 excluded by *.2 (1.2)")
        #expect(try await plan(["1.2", "1.1"], hooks: [hook], exclude: ["1.2"]).decision == "failed")
    }

    @Test("The best that is old enough is taken; one of which nobody knows the age is not")
    func age() async throws {
        let ages: [String: Duration] = ["1.2": .seconds(10), "1.1": .seconds(100), "1.0": .seconds(1000)]
        #expect(try await plan(["1.2", "1.1", "1.0"], age: .seconds(10), ages: ages).to == image("1.2"))
        let report = try await plan(["1.2", "1.1", "1.0"], age: .seconds(11), ages: ages)
        #expect(report.to == image("1.1") && report.tags?.text == "3 tags seen: 1 younger than 11s (1.2)")
        let unknown = try await plan(["1.2", "1.1", "1.0"], age: .seconds(11), ages: ["1.1": .seconds(100)])
        #expect(unknown.to == image("1.1") && unknown.tags?.text == "3 tags seen: 1 of an age that nobody knows (1.2)")
        // What runs was old enough once.
        let same = try await plan(["1.2", "1.0"], age: .seconds(5000), ages: ages)
        #expect(same.decision == "unchanged" && same.to == old)
        let none = try await plan(["1.2"], age: .seconds(5000), ages: ages)
        #expect(
            none.decision == "unchanged" && none.reason == "no tag qualifies: 1 tag seen: 1 younger than 1h23m20s (1.2)"
        )
    }

    @Test("Behind many that are too young none is taken unasked")
    func manyYoung() async throws {
        let report = try await plan((1...30).map { "2.\($0)" }, age: .seconds(10), ages: [:])
        #expect(report.decision == "unchanged")
        #expect(report.tags?.ranked == [] && report.tags?.dropped.map(\.count) == [20, 10])
    }

    @Test("A hook cannot choose what is excluded, not even when everything is")
    func allExcluded() async throws {
        let hook = RecordingHooks.Script(.selectTag, "web.lua", .tag("1.2"))
        #expect(try await plan(["1.2"], hooks: [hook], exclude: ["*"]).decision == "failed")
    }

    @Test("A tag that is always followed has to be old enough too, unless a person names it")
    func followed() async throws {
        let ages: [String: Duration] = ["1.1": .seconds(100)]
        #expect(try await plan(["1.1"], policy: nil, age: .seconds(100), ages: ages).to == new)
        let young = try await plan(["1.1"], policy: nil, age: .seconds(101), ages: ages)
        #expect(young.decision == "unchanged")
        #expect(young.reason?.hasSuffix("is 1m40s old, expected 1m41s at least") == true, "\(young.reason ?? "")")
        let unknown = try await plan(["1.1"], policy: nil, age: .seconds(101))
        #expect(unknown.decision == "unchanged")
        #expect(unknown.reason?.hasPrefix("it is not known how old ") == true, "\(unknown.reason ?? "")")
        #expect(try await plan(["1.1"], policy: nil, age: .seconds(101), wish: Wish(.tag("1.1"))).to == new)
    }
}
