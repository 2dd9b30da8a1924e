import Crypto
@testable import Daemon
import HTTPClient
import Lifecycle
import Model
import Registries
import TestKit
import Testing

/// A day on which a registry does everything that registries do, with a look every five minutes of it.
struct PollDayTests {
    /// What it does in an hour of the day.
    enum Mood: CaseIterable {
        case fine, failing, tooMany, hanging, cutting, lying, forbidding, babbling, empty
    }

    /// Moves nothing real, but asks a registry over HTTP as the drivers do.
    private struct AskingDriver: ServiceDriver {
        let inner: SimulatedDriver
        let world: SimulatedWorld
        let registries: any ImageRegistries

        func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? {
            Candidates(try await registries.tags(of: try image(deploy), for: deploy.service))
        }

        func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
            let chosen = chosen ?? "latest"
            let reference = try image(deploy).tagged(chosen)
            let digest = try await registries.digest(of: reference, for: deploy.service)
            world.offer(.image(reference: reference.familiar, digest: digest.description), as: chosen)
            return try await inner.plan(deploy, chosen: chosen, state: state)
        }

        private func image(_ deploy: Deploy) throws(Problem) -> ImageReference {
            guard let image = deploy.service.image else { throw Problem(.invalid, "no image") }
            return image
        }

        func check(_ wish: Wish, for service: Service) throws(Problem) {}
        func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) { try await inner.pull(deploy, steps) }
        func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) { try await inner.up(deploy, steps) }
        func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
            try await inner.look(deploy, steps)
        }
        func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
            try await inner.undo(deploy, steps)
        }
        func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
            try await inner.settle(deploy, steps)
        }
        func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
            try await inner.afterInterruption(deploy, steps)
        }
    }

    private struct Highest: TagPolicy {
        func choose(
            among candidates: Candidates, log: @escaping @Sendable (String) -> Void
        ) async throws(Problem) -> TagChoice {
            var choice = TagChoice(seen: candidates.tags.count)
            let versions = candidates.tags.compactMap { tag in Version(tag: tag).map { (tag, $0) } }
            choice.ranked = versions.sorted { $0.1 > $1.1 }.map(\.0)
            return choice
        }
    }

    private static func manifest(_ tag: String) -> String {
        #"{"schemaVersion":2,"config":{"digest":"sha256:\#(String(repeating: "a", count: 64))"},"tag":"\#(tag)"}"#
    }

    private static func digest(_ tag: String) -> String {
        "sha256:" + Hex.encode(Hash.sha256.digest(of: manifest(tag).utf8))
    }

    /// What the registry answers in that mood. Nil is nothing, for as long as anybody waits.
    private static func answer(_ line: String, _ mood: Mood, _ tags: [String]) -> ImitatedRegistry.Answer? {
        let asked = String(line.split(separator: "/").last ?? "")
        let tag = asked == "latest" ? tags.last ?? "" : asked
        switch mood {
        case .failing: return .init(status: "502 Bad Gateway")
        case .tooMany: return .init(status: "429 Too Many Requests", headers: [("Retry-After", "3600")])
        case .hanging: return nil
        case .cutting: return .init(headers: [("Transfer-Encoding", "chunked")], body: "zz")
        case .forbidding: return .init(status: "401 No", headers: [("WWW-Authenticate", "Basic realm=\"x\"")])
        case .babbling: return .init(body: "<html>welcome</html>")
        case .empty where line.contains("/tags/list"): return .init(body: #"{"name":"web","tags":[]}"#)
        case .empty where asked == "latest": return .init(status: "404 No")
        case .lying where line.hasPrefix("HEAD"): return .init(status: "405 No")
        case .lying where line.contains("/manifests/"):
            return .init(headers: [("Docker-Content-Digest", digest("other"))], body: manifest(tag))
        case .fine, .empty, .lying:
            if line.contains("/tags/list") {
                return .init(body: #"{"name":"web","tags":["\#(tags.joined(separator: "\",\""))"]}"#)
            }
            return .init(
                headers: [("Docker-Content-Digest", digest(tag))], body: line.hasPrefix("GET") ? manifest(tag) : "")
        }
    }

    @Test(
        "Nothing is deployed wrongly, nobody storms the registry, and the status is honest all day",
        arguments: [true, false])
    func day(choosesTags: Bool) async throws {
        let clock = ManualClock(jumps: false)
        let start = clock.now()
        let moods: [Mood] = [
            .fine, .failing, .failing, .fine, .tooMany, .tooMany, .tooMany, .hanging, .cutting, .lying, .fine,
            .forbidding,
            .babbling, .empty, .fine, .hanging, .tooMany, .failing, .lying, .cutting, .forbidding, .empty, .babbling,
            .fine,
        ]
        func hour() -> Int { Int((clock.now() - start).components.seconds / 3600) }
        let asked = Recorded<Int>()
        let registry = ImitatedRegistry { line, _ in
            let hour = Int((clock.now() - start).components.seconds / 3600)
            asked.append(hour)
            let tags = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"].prefix(hour < 1 ? 1 : hour < 8 ? 2 : hour < 20 ? 3 : 4)
            return PollDayTests.answer(line, moods[min(hour, moods.count - 1)], Array(tags))
        }
        let servers = RegistryServers(http: HTTPClient(), clock: clock, environment: [:], timeout: .milliseconds(100))
        let client = RegistryClient(
            servers, registries: [:],
            credentials: CredentialFinder(
                registries: [:], dockerConfig: nil, environment: ["DOCKER_CONFIG": "/nonexistent"]))
        func release(_ version: String) -> Release {
            let tag = choosesTags ? version : "latest"
            return .image(reference: "\(registry.host)/web:\(tag)", digest: PollDayTests.digest(version))
        }
        let first = release("1.0.0")
        let world = SimulatedWorld(running: first)
        let driver = AskingDriver(inner: SimulatedDriver(world), world: world, registries: client)
        var service = Service(
            name: "web", kind: .container(ContainerDefinition(container: "web")),
            image: try ImageReference("\(registry.host)/web"),
            health: HealthDefinition(grace: .seconds(10), stable: .zero))
        service.polling = .every(.seconds(300))
        let journal = MemoryJournal()
        let hooks = RecordingHooks(policy: choosesTags ? Highest() : nil)
        let coordinator = Coordinator(
            tools: Coordinator.Tools(
                journal: journal, drivers: [.container: driver], hooks: hooks, prober: ScriptedProber(),
                orphans: RecordingOrphans(), clock: clock
            ) { _, _ in }, services: [service], limits: DeployLimits())
        let poller = Poller(coordinator: coordinator, journal: journal, clock: clock, log: ReadableLog().log)
        await poller.apply([service], Poller.Tools(drivers: [.container: driver], hooks: hooks))
        await poller.start()

        var seen: [Int: Set<String>] = [:]
        while hour() < 24 {
            // Until everybody sleeps: the poller, or a registry's pause within a look, or a deploy before the next one.
            let isQuiet = await wait {
                guard let due = clock.nextDue else { return false }
                let next = await poller.state(of: "web")?.next ?? due
                if due < next || next <= clock.now() { return true }
                guard await poller.isIdle(clock) else { return false }
                return await coordinator.runningCount == 0
            }
            #expect(isQuiet)
            let before = hour()
            if let name = await poller.state(of: "web")?.finding?.name, await poller.isIdle(clock) {
                seen[before, default: []].insert(name)
            }
            guard let due = clock.nextDue else { continue }
            clock.advance(to: due)
            await Task.yield()
        }
        await poller.stop()
        await coordinator.stop(grace: .zero)

        let deployed = journal.deploys.filter { $0.outcome == .deployed }.compactMap { $0.to?.shortText }
        let expected = ["1.1.0", "1.2.0", "1.3.0"].map { release($0).shortText }
        #expect(deployed == expected)
        #expect(journal.violations == [])
        for (hour, mood) in moods.enumerated() {
            // The first look of an hour may still be the last one of the hour before.
            let names = seen[hour] ?? []
            switch mood {
            case .fine: #expect(names.contains("up-to-date"), "hour \(hour): \(names)")
            case .empty where choosesTags:
                #expect(names.contains("nothing") && !names.contains("found"), "hour \(hour): \(names)")
            default: #expect(names.contains("unknown") && !names.contains("found"), "hour \(hour): \(names)")
            }
        }
        // Twelve looks an hour of two requests; what fails is tried three times, and less often with every failure.
        for hour in 0..<24 {
            let count = asked.all.count { $0 == hour }
            #expect(count <= (moods[hour] == .tooMany ? 4 : 40), "hour \(hour), \(moods[hour]): \(count) requests")
        }
    }
}

extension Poller {
    /// The next look is in the future.
    fileprivate func isIdle(_ clock: ManualClock) -> Bool {
        guard let next = state(of: "web")?.next else { return false }
        return next > clock.now()
    }
}
