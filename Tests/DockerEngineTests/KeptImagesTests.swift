import Daemon
import DockerEngine
import HTTPClient
import Lifecycle
import Model
import TestKit
import Testing

/// What was kept by tags of our own, and goes when nobody needs it. The engines are shared, so that everything has names
/// of its own, and what others have kept is not known here.
struct KeptImagesTests {
    /// Images that a service of some name has pulled and kept.
    private struct Shelf {
        let machine: TestEngine
        let engine: Engine
        let service: Service
        let registry: TestRegistry
        var name: String { service.name }

        init(_ version: String) async throws {
            machine = try await TestEngine.shared(version)
            let engine = Engine(EngineAddress(socket: machine.socket), client: client)
            self.engine = engine
            registry = try await TestRegistry.shared()
            let name = "kept-\(Moves.word())"
            service = Service(
                name: name, kind: .container(ContainerDefinition(container: name)),
                image: try ImageReference("\(registry.host)/\(name)"))
        }

        var images: EngineImages {
            EngineImages(
                engine, credentials: CredentialFinder(registries: [:], dockerConfig: nil, environment: [:]))
        }

        /// Answers the release.
        func keep(_ tag: String, filling: Int = 1 << 20) async throws -> Release {
            let digest = try await registry.publish(.web(tag).with { $0.filling = filling }, as: "\(name):\(tag)")
            let release = Release.image(reference: "\(registry.host)/\(name):\(tag)", digest: digest.description)
            let steps = DeploySteps(phase: .pull, recorded: [], clock: SystemClock(), progress: { _ in }) { _ in }
            let id = try await images.fetch(release, for: service, steps)
            try await images.keep(id, for: service)
            return release
        }

        func order(
            _ named: [String]? = nil, current: Release? = nil, previous: Release? = nil, isConfigured: Bool = true,
            underWay: [DeployRecord] = [], dryRun: Bool = false
        ) -> PruneOrder {
            var state = ServiceState(name: name)
            state.current = current
            state.previous = previous
            return PruneOrder(
                named: named, services: isConfigured ? [service] : [], states: [state], underWay: underWay,
                isDryRun: dryRun)
        }

        /// What is said of this service's images, in the order of their releases' digests.
        func prune(_ order: PruneOrder) async throws -> [PruneReport.Entry] {
            try await report(order).entries.filter { $0.services.contains(name) }
        }

        func report(_ order: PruneOrder) async throws -> PruneReport {
            try await KeptImages { [engine] in engine }.prune(order)
        }

        func has(_ release: Release) async throws -> Bool {
            guard case .image(let reference, let digest) = release else { return false }
            return try await engine.image(ImageReference(reference).pinned(to: Digest(digest))) != nil
        }

        func tags() async throws -> [String] {
            try await machine.docker("images", "--format", "{{.Repository}}:{{.Tag}}", "grapnel-keep")
                .split(separator: "\n").map(String.init).filter { $0.hasPrefix("grapnel-keep:\(name)-") }
        }
    }

    @Test(
        "What is neither run nor gone back to goes, whole, and the space is what the engine has less",
        arguments: TestEngine.stores)
    func old(version: String) async throws {
        let shelf = try await Shelf(version)
        let first = try await shelf.keep("1", filling: 3 << 20)
        let second = try await shelf.keep("2")
        let third = try await shelf.keep("3")
        let looked = try await shelf.report(shelf.order(current: third, previous: second, dryRun: true))
        #expect(looked.freed == nil && looked.isDryRun)
        #expect(try await shelf.tags().count == 3)

        let report = try await shelf.report(shelf.order(current: third, previous: second))
        let own = report.entries.filter { $0.services == [shelf.name] }
        #expect(own.map(\.fate) == looked.entries.filter { $0.services == [shelf.name] }.map(\.fate))
        let reasons = Dictionary(own.map { ($0.fate == .removed ? "removed" : $0.reason ?? "?", $0.image) }) { $1 }
        #expect(
            Set(reasons.keys) == [
                "removed", "it is what \(shelf.name) runs", "it is what \(shelf.name) can be rolled back to",
            ])
        #expect(reasons["removed"]?.hasPrefix("\(shelf.registry.host)/\(shelf.name)@") == true)
        #expect(try await !shelf.has(first))
        #expect(try await shelf.has(second))
        #expect(try await shelf.has(third))
        #expect(try await shelf.tags().count == 2)
        // Layers take a little more than what is in them.
        let freed = try #require(report.freed)
        #expect(3 << 20...7 << 20 ~= freed, "\(freed)")
        let again = try await shelf.report(shelf.order(current: third, previous: second))
        #expect(again.freed == 0 && !again.entries.contains { $0.fate != .stays })
    }

    @Test("What a container was made from stays, whether it runs or not", arguments: TestEngine.stores)
    func used(version: String) async throws {
        let shelf = try await Shelf(version)
        let release = try await shelf.keep("1")
        guard case .image(let reference, let digest) = release else { return }
        let image = try ImageReference(reference).pinned(to: Digest(digest)).untagged.pinned(to: Digest(digest))
        try await shelf.machine.docker("create", "--name", shelf.name, image.familiar)
        var entries = try await shelf.prune(shelf.order(isConfigured: false))
        #expect(entries.map(\.reason) == ["the container \"\(shelf.name)\" was made from it"])
        try await shelf.machine.docker("rm", shelf.name)
        entries = try await shelf.prune(shelf.order(isConfigured: false))
        #expect(entries.map(\.fate) == [.removed])
        #expect(try await !shelf.has(release))
    }

    @Test("What somebody else has named stays, and is no longer kept", arguments: TestEngine.stores)
    func named(version: String) async throws {
        let shelf = try await Shelf(version)
        let release = try await shelf.keep("1")
        let tag = try #require(try await shelf.tags().first)
        let other = "grapnel-test/\(shelf.name):mine"
        try await shelf.machine.docker("tag", tag, other)
        let looked = try await shelf.prune(shelf.order(isConfigured: false, dryRun: true))
        let entries = try await shelf.prune(shelf.order(isConfigured: false))
        #expect(entries == looked)
        #expect(entries.map(\.fate) == [.released])
        #expect(entries.map(\.reason) == ["it is \(other) too, and stays"])
        #expect(try await shelf.has(release))
        #expect(try await shelf.tags() == [])
        try await shelf.machine.docker("rmi", other)
    }

    @Test("An image that was built here goes by its id", arguments: TestEngine.stores)
    func built(version: String) async throws {
        let shelf = try await Shelf(version)
        let tag = "grapnel-test/\(shelf.name):1"
        var ids: [String] = []
        for filling in [1000, 2000] {
            try await shelf.machine.build(.idle.with { $0.filling = filling }, as: tag)
            ids.append(try await shelf.machine.docker("images", "--no-trunc", "--quiet", tag))
            try await shelf.images.keep(ids[ids.count - 1], for: shelf.service)
        }
        let current = Release.image(reference: tag, digest: ids[1])
        let entries = try await shelf.prune(shelf.order(current: current))
        #expect(Set(entries.map(\.fate)) == [.removed, .stays])
        #expect(try await shelf.engine.image(id: Digest(ids[0])) == nil)
        #expect(try await shelf.engine.image(id: Digest(ids[1])) != nil)
    }

    @Test("Of a service of which too little is known, or whose deploy runs, nothing goes")
    func untouched() async throws {
        let shelf = try await Shelf("26.1")
        let release = try await shelf.keep("1")
        #expect(
            try await shelf.prune(shelf.order()).map(\.reason) == ["it is not known what \(shelf.name) runs"])
        let id = DeployID("0abcde1234")
        var record = DeployRecord(
            id: id, service: shelf.name, driver: .container, trigger: Trigger(.poll), wish: Wish(),
            accepted: Timestamp(microseconds: 0))
        let reason = "deploy \(id) of \(shelf.name) is under way"
        #expect(
            try await shelf.prune(shelf.order(isConfigured: false, underWay: [record])).map(\.reason) == [reason])
        // Another service's deploy brings the same image.
        record = DeployRecord(
            id: id, service: "other", driver: .container, trigger: Trigger(.poll), wish: Wish(),
            accepted: Timestamp(microseconds: 0))
        record.to = release
        #expect(
            try await shelf.prune(shelf.order(isConfigured: false, underWay: [record])).map(\.reason)
                == ["it is deploy \(id) of other is under way"])
    }

    @Test("What is known to nobody here may be another agent's, and goes only when it is named")
    func foreign() async throws {
        let shelf = try await Shelf("20.10")
        let release = try await shelf.keep("1")
        var order = shelf.order(isConfigured: false)
        order.known = ["web"]
        #expect(
            try await shelf.prune(order).map(\.reason) == [
                "nothing is known of \(shelf.name) here: it may be another agent's; grapnel prune \(shelf.name) removes it"
            ])
        order.named = ["web"]
        #expect(
            try await shelf.prune(order).map(\.reason) == ["it is kept for \(shelf.name), which was not named"])
        order.named = ["wed"]
        let mistake = await problem { _ = try await shelf.report(order) }
        #expect(mistake == Problem(.notFound, "there is no service \"wed\", expected one of web"))
        #expect(try await shelf.has(release))

        // A name that only looks like one of ours, and an image that others keep too.
        let tag = try #require(try await shelf.tags().first)
        let alike = "grapnel-keep:\(shelf.name)-0123456789ab"
        try await shelf.machine.docker("tag", tag, alike)
        order.named = [shelf.name]
        #expect(try await shelf.prune(order).map(\.fate) == [.released])
        #expect(try await shelf.tags() == [alike])
        try await shelf.machine.docker("rmi", alike)
    }

    @Test("An image that two services have kept stays as long as one of them needs it")
    func shared() async throws {
        let shelf = try await Shelf("26.1")
        let release = try await shelf.keep("1")
        let tag = try #require(try await shelf.tags().first)
        let other = shelf.name.replacing("kept-", with: "other-")
        try await shelf.machine.docker("tag", tag, tag.replacing(shelf.name, with: other))
        var order = shelf.order(isConfigured: false)
        #expect(try await shelf.prune(order).map(\.fate) == [.stays])
        order.known.insert(other)
        let entries = try await shelf.prune(order)
        #expect(entries.map(\.services) == [[shelf.name, other].sorted()])
        #expect(entries.map(\.fate) == [.removed])
        #expect(try await !shelf.has(release))
    }
}
