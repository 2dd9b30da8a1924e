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
            EngineImages(engine, registries: registries())
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
            past: [String: Set<Release>] = [:], underWay: [DeployRecord] = [], dryRun: Bool = false
        ) -> PruneOrder {
            var state = ServiceState(name: name)
            state.current = current
            state.previous = previous
            return PruneOrder(
                named: named, services: isConfigured ? [service] : [], states: [state], past: past,
                underWay: underWay, isDryRun: dryRun)
        }

        /// As when a deploy has settled: only these two are kept.
        func settle(_ releases: Release...) async throws {
            var ids: [String] = []
            for release in releases { ids.append(try #require(try await image(of: release)).id.description) }
            try await images.keepOnly(ids, for: service)
        }

        func image(of release: Release) async throws -> Image? {
            guard case .image(let reference, let digest) = release else { return nil }
            return try await engine.image(ImageReference(reference).pinned(to: Digest(digest)))
        }

        /// As `docker image prune` sees it: without a tag, and nobody's.
        func isDangling(_ image: Image) async throws -> Bool {
            try await machine.docker("images", "--quiet", "--no-trunc", "--filter", "dangling=true")
                .split(separator: "\n").contains { $0 == image.id.description }
        }

        /// What is said of this service's images, in the order of their releases' digests.
        func prune(_ order: PruneOrder) async throws -> [PruneReport.Entry] {
            try await report(order).entries.filter { $0.services.contains(name) }
        }

        func report(_ order: PruneOrder) async throws -> PruneReport {
            try await KeptImages { [engine] in engine }.prune(order)
        }

        func has(_ release: Release) async throws -> Bool { try await image(of: release) != nil }

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

    @Test("What was pulled, and is kept no longer, goes when the history tells of it", arguments: TestEngine.stores)
    func pastPulled(version: String) async throws {
        let shelf = try await Shelf(version)
        var releases: [Release] = []
        for tag in ["1", "2", "3", "4"] { releases.append(try await shelf.keep(tag)) }
        try await shelf.settle(releases[2], releases[3])
        let older = try #require(try await shelf.image(of: releases[0]))
        // Without a tag: whoever prunes images by hand may still take it.
        #expect(older.tags.isEmpty)
        if version != "26.1-containerd" { #expect(try await shelf.isDangling(older)) }
        // It is somebody's, as far as is known.
        let foreign = try await shelf.report(shelf.order(current: releases[3], previous: releases[2], dryRun: true))
        #expect(!foreign.entries.contains { $0.image.contains(shelf.name) && $0.fate == .removed })

        let past = [shelf.name: Set(releases)]
        func order(dryRun: Bool = false) -> PruneOrder {
            shelf.order(current: releases[3], previous: releases[2], past: past, dryRun: dryRun)
        }
        let looked = try await shelf.report(order(dryRun: true))
        let foreseen = looked.entries.filter { $0.services == [shelf.name] }
        #expect(foreseen.count { $0.fate == .removed } == 2 && foreseen.count == 4)
        #expect(foreseen.allSatisfy { $0.image.hasPrefix("\(shelf.registry.host)/\(shelf.name)@") })
        #expect(try await shelf.has(releases[0]))
        #expect(try await shelf.has(releases[1]))

        let report = try await shelf.report(order())
        #expect(report.entries.filter { $0.services == [shelf.name] } == foreseen)
        #expect(try await !shelf.has(releases[0]))
        #expect(try await !shelf.has(releases[1]))
        #expect(try await shelf.has(releases[2]))
        #expect(try await shelf.has(releases[3]))
        #expect(try #require(report.freed) >= 2 << 20)
        #expect(try await shelf.prune(order()).map(\.fate) == [.stays, .stays])
    }

    @Test("What was built here, and has no name at all, goes by its id", arguments: TestEngine.stores)
    func pastBuilt(version: String) async throws {
        let shelf = try await Shelf(version)
        let tag = "grapnel-test/\(shelf.name):1"
        var releases: [Release] = []
        for filling in [1000, 2000] {
            try await shelf.machine.build(.idle.with { $0.filling = filling }, as: tag)
            releases.append(
                .image(
                    reference: tag,
                    digest: try await shelf.machine.docker("images", "--no-trunc", "--quiet", tag)))
        }
        let older = try #require(try await shelf.engine.image(id: Digest(releases[0].identity)))
        #expect(older.tags.isEmpty)
        let order = shelf.order(current: releases[1], past: [shelf.name: Set(releases)])
        let entries = try await shelf.prune(order)
        #expect(entries.map(\.fate) == [.removed], "\(entries)")
        #expect(try await shelf.engine.image(id: Digest(releases[0].identity)) == nil)
        // It has its tag, and was never kept.
        #expect(try await shelf.engine.image(id: Digest(releases[1].identity)) != nil)
    }

    @Test(
        "Of what is kept no longer stays what is needed, used, named or also another's",
        arguments: TestEngine.stores)
    func pastStays(version: String) async throws {
        let shelf = try await Shelf(version)
        let release = try await shelf.keep("1")
        let past = [shelf.name: [release] as Set]
        let tag = try #require(try await shelf.tags().first)
        let mine = "grapnel-test/\(shelf.name):mine"
        // A name of the owner's: then it is not even looked at.
        try await shelf.machine.docker("tag", tag, mine)
        try await shelf.settle()
        #expect(try await shelf.prune(shelf.order(isConfigured: false, past: past)).isEmpty)
        try await shelf.machine.docker("rmi", mine)
        let image = try #require(try await shelf.image(of: release))
        #expect(image.tags.isEmpty)

        func reasons(_ order: PruneOrder) async throws -> [String?] {
            try await shelf.prune(order).map { $0.fate == .stays ? $0.reason : "\($0.fate)" }
        }
        #expect(
            try await reasons(shelf.order(current: release, past: past)) == ["it is what \(shelf.name) runs"])
        #expect(try await reasons(shelf.order(past: past)) == ["it is not known what \(shelf.name) runs"])
        let other = shelf.name.replacing("kept-", with: "other-")
        var shared = shelf.order([shelf.name], isConfigured: false, past: past.merging([other: [release]]) { $1 })
        shared.known.insert(other)
        #expect(try await reasons(shared) == ["it was kept for \(other), which was not named"])
        shared.named = nil
        shared.known.remove(other)
        #expect(
            try await reasons(shared) == [
                "nothing is known of \(other) here: it may be another agent's; grapnel prune \(other) removes it"
            ])
        try await shelf.machine.docker(
            "create", "--name", shelf.name, "\(shelf.registry.host)/\(shelf.name)@\(release.identity)")
        #expect(
            try await reasons(shelf.order(isConfigured: false, past: past)) == [
                "the container \"\(shelf.name)\" was made from it"
            ])
        try await shelf.machine.docker("rm", shelf.name)
        #expect(try await reasons(shelf.order(isConfigured: false, past: past)) == ["removed"])
    }

    @Test("Of those without a name only the ones are counted that no history tells of")
    func counted() async throws {
        let machine = try await TestEngine.private("26.1")
        let engine = Engine(EngineAddress(socket: machine.socket), client: client)
        let tag = "grapnel-test/counted:1"
        var ids: [String] = []
        for filling in [1000, 2000, 3000] {
            try await machine.build(.idle.with { $0.filling = filling }, as: tag)
            ids.append(try await machine.docker("images", "--no-trunc", "--quiet", tag))
        }
        func count(_ past: [String], dryRun: Bool = true) async throws -> Int {
            let releases = Set(past.map { Release.image(reference: tag, digest: $0) })
            let order = PruneOrder(
                named: nil, services: [], states: [ServiceState(name: "counted")], past: ["counted": releases],
                underWay: [], isDryRun: dryRun)
            return try await KeptImages { engine }.prune(order).nameless
        }
        #expect(try await count([]) == 2)
        #expect(try await count([ids[0], ids[2]]) == 1)
        #expect(try await count([ids[0], ids[2]], dryRun: false) == 1)
        #expect(try await count([]) == 1)
        #expect(try await engine.image(id: Digest(ids[1])) != nil)
        try await machine.remove()
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
