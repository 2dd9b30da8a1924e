import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

@testable import Daemon

/// What looks at the engine mean for the services that are known.
struct DiscoveryTests {
    /// What was written down, and what the next agent would read.
    private final class Notes: DiscoveryMemory {
        struct State {
            var containers: [String: LabelledContainer] = [:]
            var writes = 0
            var isFull = false
        }

        let state = Mutex(State())

        func discovered() async throws(Problem) -> [String: LabelledContainer] { state.withLock { $0.containers } }

        func rememberDiscovered(
            _ containers: [String: LabelledContainer], forget names: [String]
        ) async throws(Problem) {
            try state.withLock { (state) throws(Problem) in
                guard !state.isFull else { throw Problem(.limit, "database or disk is full") }
                state.writes += 1
                for name in names { state.containers[name] = nil }
                state.containers.merge(containers) { $1 }
            }
        }
    }

    private let notes = Notes()
    private let journal = MemoryJournal()
    private let log = ReadableLog()

    /// The service of a container is called like it; one with the label "bad" has a mistake.
    private var search: ServiceSearch {
        ServiceSearch(
            first: .seen(Sighting.Seen()), every: .seconds(30), isEngineNeeded: false, memory: notes,
            look: { .seen(Sighting.Seen()) },
            read: { containers in
                let good = containers.filter { $0.labels["bad"] == nil }
                return ServiceSearch.Readings(
                    services: good.map { container in
                        let kind = ServiceKind.container(ContainerDefinition(container: container.name))
                        let isPaused = container.labels["paused"] != nil
                        return (Service(name: container.name, kind: kind, isPaused: isPaused), container)
                    },
                    complaints: containers.filter { $0.labels["bad"] != nil }.map { "container \($0.name): bad" })
            })
    }

    private func discovery() async throws -> Discovery {
        let discovery = Discovery(journal: journal, log: log.log)
        try await discovery.recall(search)
        return discovery
    }

    private func seen(_ names: String..., moved: [Sighting.Moved] = []) -> Sighting {
        .seen(Sighting.Seen(containers: names.map { LabelledContainer(name: $0, labels: [:]) }, moved: moved))
    }

    private func names(_ discovery: Discovery, _ sighting: Sighting) async -> [String] {
        await discovery.weigh(sighting, search).services.map(\.name)
    }

    private var remembered: [String] { notes.state.withLock { $0.containers.keys.sorted() } }

    /// Accepted, and begun or not.
    private func open(_ name: String, isBegun: Bool = true) async throws {
        var record = DeployRecord(
            id: DeployID("deploy-\(name)"), service: name, driver: .container, trigger: Trigger(.commandLine),
            wish: Wish(), accepted: noon)
        try await journal.accept(record, state: nil, events: [])
        guard isBegun else { return }
        record.started = noon
        record.phase = .select
        try await journal.advance(record, entries: [], events: [])
    }

    @Test func servicesComeAndGoWithTheirContainers() async throws {
        let discovery = try await discovery()
        #expect(await names(discovery, seen("web", "api")) == ["api", "web"])
        #expect(remembered == ["api", "web"])
        #expect(await names(discovery, seen("web")) == ["web"])
        #expect(remembered == ["web"])
        #expect(
            log.writes == [
                "\(noonText) info [api] the container \"api\" is a service, by its labels\n",
                "\(noonText) info [web] the container \"web\" is a service, by its labels\n",
                "\(noonText) info [api] no container has the labels of this service any more, so it is none; its history "
                    + "stays\n",
            ])
        // A look that shows nothing new costs no write.
        let writes = notes.state.withLock { $0.writes }
        _ = await names(discovery, seen("web"))
        #expect(notes.state.withLock { $0.writes } == writes)
    }

    @Test func anEngineThatDoesNotAnswerTakesNothingAway() async throws {
        let discovery = try await discovery()
        _ = await names(discovery, seen("web"))
        let silence = Problem(.unreachable, "the engine does not answer")
        for sighting in [Sighting.unknown(silence), .absent(silence), .unknown(silence)] {
            let findings = await discovery.weigh(sighting, search)
            #expect(findings.services.map(\.name) == ["web"])
            #expect(findings.doubt == "the engine does not answer")
        }
        #expect(remembered == ["web"])
        #expect(log.writes.count { $0.contains("what containers there are is not known: the engine does not") } == 1)
        let back = await discovery.weigh(seen("web"), search)
        #expect(back.doubt == nil)
        #expect(log.writes.last == "\(noonText) info the engine answers again\n")
    }

    @Test func anAgentThatStartsWithoutItsEngineKnowsItsServices() async throws {
        _ = await names(try await discovery(), seen("web"))
        let next = try await discovery()
        #expect(await names(next, .unknown(Problem(.unreachable, "nobody"))) == ["web"])
    }

    @Test func aMachineThatNeverHadAnEngineHearsNothingOfIt() async throws {
        let findings = try await discovery().weigh(.absent(Problem(.unreachable, "nobody")), search)
        #expect(findings.services.isEmpty && findings.complaints.isEmpty)
        #expect(log.writes.isEmpty)
    }

    @Test func aServiceStaysAsLongAsADeployOfItIsOpen() async throws {
        for isBegun in [true, false] {
            let name = isBegun ? "begun" : "waiting"
            _ = await names(try await discovery(), seen(name))
            try await open(name, isBegun: isBegun)
            // Also for the next agent, and even when its labels are of no use any more.
            let next = try await discovery()
            #expect(await names(next, seen()).contains(name))
            let bad = LabelledContainer(name: name, labels: ["bad": ""])
            #expect(await names(next, .seen(Sighting.Seen(containers: [bad]))).contains(name))
            #expect(remembered.contains(name))
        }
    }

    @Test func aServiceStaysWhileItsContainerHasTheNameOfADeploy() async throws {
        let discovery = try await discovery()
        _ = await names(discovery, seen("web"))
        // The deploy may have ended since the engine was asked.
        let moved = [Sighting.Moved(name: "web-old-0123456789", original: "web")]
        #expect(await names(discovery, seen(moved: moved)) == ["web"])
        #expect(await names(discovery, seen()) == [])
    }

    @Test func whatCannotBeWrittenDownIsNotTaken() async throws {
        let discovery = try await discovery()
        _ = await names(discovery, seen("web"))
        notes.state.withLock { $0.isFull = true }
        #expect(await names(discovery, seen("web", "api")) == ["web"])
        #expect(await names(discovery, seen("web", "api")) == ["web"])
        #expect(log.writes.count { $0.contains("database or disk is full") } == 1)
        notes.state.withLock { $0.isFull = false }
        #expect(await names(discovery, seen("web", "api")) == ["api", "web"])
    }

    @Test func whatIsWrongIsSaidOnceAndAgainWhenItComesBack() async throws {
        let discovery = try await discovery()
        let bad = Sighting.seen(
            Sighting.Seen(containers: [LabelledContainer(name: "web", labels: ["bad": ""])], notes: ["a note"]))
        for _ in 0..<3 {
            #expect(await discovery.weigh(bad, search).complaints == ["container web: bad", "a note"])
        }
        #expect(log.writes.count == 2)
        _ = await discovery.weigh(seen("web"), search)
        _ = await discovery.weigh(bad, search)
        #expect(log.writes.count { $0.hasSuffix("warning container web: bad\n") } == 2)
    }

    @Test func changedLabelsAreInForceAndSaid() async throws {
        let discovery = try await discovery()
        _ = await names(discovery, seen("web"))
        let changed = LabelledContainer(name: "web", labels: ["paused": ""])
        let findings = await discovery.weigh(.seen(Sighting.Seen(containers: [changed])), search)
        #expect(findings.services.map(\.isPaused) == [true])
        #expect(log.writes.last == "\(noonText) info [web] the labels of the container \"web\" have changed\n")
        #expect(notes.state.withLock { $0.containers["web"] } == changed)
    }
}
