import DockerEngine
import Glibc
import Lifecycle
import Model
import TestKit
import Testing

/// Containers that live in the namespaces of the one that moves: traps 6 and 20.
struct ContainerDependentsTests {
    /// The service, and beside it one that shares the namespaces that the options name with it.
    private func pair(
        _ version: String, sharing kinds: [String] = ["network"], options: [String] = [], starts: Bool = true
    ) async throws -> Moves {
        let moves = try await Moves(version, options: ["--ipc", "shareable", "--restart", "always"])
        try await add("side", to: moves.name, sharing: kinds, moves, options: options, starts: starts)
        return moves
    }

    /// The service, and beside it one that is linked to it.
    private func linkedPair(_ version: String) async throws -> Moves {
        let moves = try await Moves(version, options: ["--restart", "always"])
        try await moves.machine.docker(
            "run", "-d", "--name", moves.name + "-side", "--restart", "always", "--link", "\(moves.name):service",
            moves.tag)
        return moves
    }

    private func add(
        _ name: String, to host: String, sharing kinds: [String], _ moves: Moves, options: [String] = [],
        starts: Bool = true
    ) async throws {
        let shared = kinds.flatMap { ["--\($0)", "container:\(host)"] }
        let words = ["create", "--name", "\(moves.name)-\(name)", "-e", "OWN=1"] + shared + options + [moves.tag]
        try await moves.machine.docker(words)
        if starts { try await moves.machine.docker("start", "\(moves.name)-\(name)") }
    }

    private func side(_ moves: Moves) async throws -> Container {
        try #require(try await moves.engine.container(moves.name + "-side"))
    }

    private func namespace(_ kind: String, of name: String, _ moves: Moves) async throws -> String {
        try await moves.machine.docker("exec", name, "readlink", "/proc/self/ns/\(kind)")
    }

    private func expectTogether(_ moves: Moves, _ kinds: [String] = ["net"]) async throws {
        for kind in kinds {
            let own = try await namespace(kind, of: moves.name, moves)
            #expect(try await namespace(kind, of: moves.name + "-side", moves) == own, "\(kind)")
        }
        #expect(try await moves.containers() == ["\(moves.name) running", "\(moves.name)-side running"])
    }

    /// It finds the service under the name that it was linked by.
    private func expectLink(_ moves: Moves) async throws {
        let side = moves.name + "-side"
        #expect(try await self.side(moves).hostConfig["Links"] == [.string("/\(moves.name):/\(side)/service")])
        let hosts = try await moves.machine.docker("exec", side, "grep", "service", "/etc/hosts")
        let address = try await moves.container?.json["NetworkSettings"]?["IPAddress"]?.string
        #expect(hosts.hasPrefix("\(try #require(address))\tservice"), "\(hosts)")
        #expect(try await moves.containers() == ["\(moves.name) running", "\(side) running"])
    }

    @Test("It is made anew with it, with all that was its own: trap 20", arguments: TestEngine.versions)
    func network(version: String) async throws {
        let moves = try await pair(version, options: ["--restart", "unless-stopped"])
        let before = try await side(moves)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        try await expectTogether(moves)
        let after = try await side(moves)
        let own = try #require(try await moves.container)
        #expect(after.id != before.id && after.imageID == before.imageID)
        #expect(after.networkMode == "container:\(own.id)")
        #expect(after.config["Env"] == before.config["Env"] && after.restartPolicy == before.restartPolicy)
        let followed = try after.followedImage
        #expect(try followed == before.followedImage)
        try await moves.remove()
    }

    @Test("So are the processes and the shared memory of one that shares those", arguments: TestEngine.versions)
    func processes(version: String) async throws {
        let moves = try await pair(version, sharing: ["network", "pid", "ipc"], options: ["--restart", "always"])
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        try await expectTogether(moves, ["net", "pid", "ipc"])
        try await moves.remove()
    }

    @Test("A release that is undone leaves nobody without a network: trap 6", arguments: TestEngine.versions)
    func undone(version: String) async throws {
        let moves = try await pair(version)
        let before = try await side(moves)
        try await moves.offer(.exiting(1))
        #expect(try await moves.deploy().outcome == .rolledBack)
        try await expectTogether(moves)
        #expect(try await side(moves).id == before.id)
        try await moves.remove()
    }

    @Test("One that depends on a dependent comes too", arguments: TestEngine.versions)
    func chain(version: String) async throws {
        let moves = try await pair(version, sharing: ["pid"])
        try await add("last", to: moves.name + "-side", sharing: ["network"], moves)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(
            try await namespace("net", of: moves.name + "-last", moves)
                == namespace("net", of: moves.name + "-side", moves))
        #expect(
            try await namespace("pid", of: moves.name + "-side", moves) == namespace("pid", of: moves.name, moves))
        let names = ["", "-last", "-side"].map { "\(moves.name)\($0) running" }
        #expect(try await moves.containers() == names)
        try await moves.remove()
    }

    @Test(
        "When it is a service too, the two are moved one after the other", arguments: TestEngine.versions,
        [false, true])
    func turns(version: String, isLinked: Bool) async throws {
        let moves =
            isLinked ? try await linkedPair(version) : try await pair(version, options: ["--restart", "always"])
        let name = moves.name + "-side"
        let beside = Service(
            name: name, kind: .container(ContainerDefinition(container: name, pull: .never)),
            image: moves.service.image, health: moves.service.health)
        let image = try await moves.offer(.idle.with { $0.environment = ["NEW": "1"] })
        let coordinator = moves.coordinator(beside: [beside])
        try await coordinator.start()
        var ids: [DeployID] = []
        for name in [moves.name, name] {
            guard case .queued(let id) = try await coordinator.request(name, Wish(), by: Trigger(.commandLine)) else {
                Issue.record("\(name) was not taken")
                continue
            }
            ids.append(id)
        }
        for id in ids {
            let record = try #require(try await coordinator.outcome(of: id))
            #expect(record.outcome == .deployed, "\(record.service): \(record.reason ?? "")")
        }
        await coordinator.stop(grace: .seconds(1))
        #expect(moves.lines.all.contains { $0.contains("which is at a container that depends on") })
        try await expectTogether(moves, isLinked ? [] : ["net"])
        #expect(try await side(moves).imageID == image)
        #expect(try await moves.container?.imageID == image)
        try await moves.remove()
    }

    @Test("Its name is not taken for gone while it goes over to the new one", arguments: TestEngine.versions)
    func passingName(version: String) async throws {
        let moves = try await pair(version)
        let name = moves.name + "-side"
        let beside = Service(
            name: name, kind: .container(ContainerDefinition(container: name, pull: .never)),
            image: moves.service.image, health: moves.service.health)
        try await moves.offer(.idle.with { $0.environment = ["NEW": "1"] })
        let coordinator = moves.coordinator(beside: [beside])
        try await coordinator.start()
        let second = Recorded<DeployID>()
        moves.journal.after(.beginning("rename-new \(name)")) {
            let accepted = try? await coordinator.request(name, Wish(), by: Trigger(.commandLine))
            guard case .queued(let id)? = accepted else { return }
            second.append(id)
            await wait { moves.journal.deploys.contains { $0.id == id && ($0.phase == .plan || $0.outcome != nil) } }
            // It looks for its container now.
            try? await Task.sleep(for: .milliseconds(300))
        }
        guard case .queued(let first) = try await coordinator.request(moves.name, Wish(), by: Trigger(.commandLine))
        else {
            Issue.record("it was not taken")
            return
        }
        #expect(try await coordinator.outcome(of: first)?.outcome == .deployed)
        let record = try await coordinator.outcome(of: try #require(second.all.first))
        #expect(record?.outcome == .deployed, "\(record?.reason ?? "")")
        await coordinator.stop(grace: .seconds(1))
        try await expectTogether(moves)
        try await moves.remove()
    }

    @Test("One that is linked to it keeps its link, and can be started again: trap 20", arguments: TestEngine.versions)
    func linked(version: String) async throws {
        let moves = try await linkedPair(version)
        func expectLinked(_ outcome: Outcome) async throws {
            let record = try await moves.deploy()
            #expect(record.outcome == outcome, "\(record.reason ?? "")")
            try await expectLink(moves)
            try await moves.machine.docker("restart", moves.name + "-side")
            try await expectLink(moves)
        }
        try await moves.offer(.web("two"))
        try await expectLinked(.deployed)
        try await moves.offer(.exiting(1))
        try await expectLinked(.rolledBack)
        try await moves.remove()
    }

    @Test("One that was stopped stays stopped, and can be started", arguments: TestEngine.versions)
    func stopped(version: String) async throws {
        let moves = try await pair(version, starts: false)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(try await !side(moves).isRunning)
        try await moves.machine.docker("start", moves.name + "-side")
        try await expectTogether(moves)
        try await moves.remove()
    }

    @Test("One made with --rm is refused before anything stops", arguments: TestEngine.versions)
    func vanishing(version: String) async throws {
        let moves = try await pair(version, options: ["--rm"])
        let before = try await side(moves)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .failed)
        #expect(record.reason?.contains("was made with --rm") == true, "\(record.reason ?? "")")
        #expect(try await side(moves) == before)
        try await moves.remove()
    }

    @Test("One that no longer starts is told of, and not hidden behind the rollback", arguments: TestEngine.versions)
    func broken(version: String) async throws {
        let files = FileTree()
        // As /dev/null is.
        #expect(mknod(files.path("device"), S_IFCHR | 0o600, 0x103) == 0)
        let moves = try await pair(version, options: ["--device", files.path("device")])
        files.remove("device")
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .failed)
        let reason = try #require(record.reason)
        #expect(reason.contains("the container \"\(moves.name)-side\", which depends on the service's"), "\(reason)")
        #expect(try await moves.container?.isRunning == true)
        // It was not the release's fault.
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        try await moves.remove()
    }

    @Test(
        "A deploy that is cut off at any write leaves both as they belong together", arguments: TestEngine.versions,
        [false, true])
    func cutOff(version: String, isLinked: Bool) async throws {
        @Sendable func pair() async throws -> Moves {
            isLinked ? try await linkedPair(version) : try await self.pair(version, options: ["--restart", "always"])
        }
        @Sendable func expectTogether(_ moves: Moves) async throws {
            try await isLinked ? expectLink(moves) : self.expectTogether(moves)
        }
        for isGood in [true, false] {
            let whole = PowerSupply()
            let model = try await pair()
            try await model.offer(isGood ? .web("new") : .exiting(1))
            await model.live(whole)
            try await expectTogether(model)
            try await model.remove()
            #expect(whole.count > 30)
            let step = isLong ? 1 : isLinked ? 29 : 13
            let instants = Array(stride(from: isGood ? 3 : 9, through: whole.count, by: step))
            try await concurrently(instants) { instant in
                let moves = try await pair()
                try await moves.offer(isGood ? .web("new") : .exiting(1))
                await moves.live(PowerSupply(failingAt: instant))
                await moves.live()
                try await expectTogether(moves)
                let outcome = try #require(moves.journal.deploys.first?.outcome)
                #expect(isGood || outcome != .deployed, "instant \(instant)")
                #expect(moves.journal.violations == [])
                try await moves.remove()
            }
        }
    }
}
