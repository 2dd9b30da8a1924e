import DockerEngine
import Glibc
import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

/// Which containers of real engines describe themselves.
struct LabelSearchTests {
    private func containers(of moves: Moves) async throws -> (all: [LabelledContainer], seen: Sighting.Seen) {
        guard case .seen(let seen) = await LabelSearch(moves.engine).look() else {
            throw Problem(.failed, "nothing was seen")
        }
        return (seen.containers.filter { $0.name.hasPrefix(moves.name) }, seen)
    }

    @Test("Those with the label are found, running or not, with what their owners say", arguments: TestEngine.versions)
    func found(version: String) async throws {
        let moves = try await Moves(
            version,
            options: ["--label", "grapnel.enable=true", "--label", "grapnel.poll=off", "--label", "other=1"])
        let expected = LabelledContainer(
            name: moves.name, labels: ["grapnel.enable": "true", "grapnel.poll": "off"])
        #expect(try await containers(of: moves).all == [expected])
        // Another one that is linked to it: its alias is a name of the first, too.
        try await moves.machine.docker(
            "run", "-d", "--name", moves.name + "-x", "--link", moves.name + ":db", moves.tag)
        try await moves.machine.docker("stop", moves.name)
        #expect(try await containers(of: moves).all == [expected])
        try await moves.remove()
        #expect(try await containers(of: moves).all == [])
    }

    @Test("What the image says is not its owner's word", arguments: TestEngine.versions)
    func image(version: String) async throws {
        let image = TestImage.idle.with {
            $0.labels = ["grapnel.enable": "true", "grapnel.health.exec": "/bin/evil", "grapnel.poll": "off"]
        }
        let baked = try await Moves(version, image)
        var (all, seen) = try await containers(of: baked)
        #expect(all.isEmpty)
        #expect(
            seen.notes.filter { $0.contains(baked.name + ":") } == [
                "container \(baked.name): its image sets grapnel.enable, grapnel.health.exec, grapnel.poll to the same, so "
                    + "that does nothing: only what the container's owner sets counts"
            ])
        try await baked.remove()
        // What the owner sets otherwise is the owner's.
        let own = try await Moves(
            version, image, options: ["--label", "grapnel.enable=yes", "--label", "grapnel.poll=1h"])
        (all, seen) = try await containers(of: own)
        #expect(
            all == [LabelledContainer(name: own.name, labels: ["grapnel.enable": "yes", "grapnel.poll": "1h"])])
        #expect(seen.notes.contains { $0.hasPrefix("container \(own.name): its image sets grapnel.health.exec to") })
        try await own.remove()
    }

    @Test("A task of a Swarm service is none", arguments: TestEngine.versions)
    func task(version: String) async throws {
        let moves = try await Moves(
            version, options: ["--label", "grapnel.enable=true", "--label", "com.docker.swarm.task.id=x"])
        let (all, seen) = try await containers(of: moves)
        #expect(all.isEmpty)
        #expect(seen.notes.contains { $0.hasPrefix("container \(moves.name): it is a task of a Swarm service") })
        try await moves.remove()
    }

    @Test(
        "While a deploy moves a container, no other is found, and it can be told where it is",
        arguments: TestEngine.versions, [true, false])
    func inDeploy(version: String, isGood: Bool) async throws {
        let moves = try await Moves(version, options: ["--label", "grapnel.enable=true"])
        try await moves.offer(isGood ? .web("two") : .exiting(1))
        let isOver = Atomic(false)
        let deploy = Task {
            let record = try await moves.deploy()
            isOver.store(true, ordering: .relaxed)
            return record
        }
        var names: Set<String> = []
        var wasMoved = false
        while !isOver.load(ordering: .relaxed) {
            let (all, seen) = try await containers(of: moves)
            let moved = seen.moved.filter { $0.name.hasPrefix(moves.name) }
            names.formUnion(all.map(\.name))
            wasMoved = wasMoved || !moved.isEmpty
            #expect(!all.isEmpty || !moved.isEmpty)
            #expect(moved.allSatisfy { $0.original == moves.name })
        }
        #expect(try await deploy.value.outcome == (isGood ? .deployed : .rolledBack))
        #expect(names == [moves.name])
        #expect(wasMoved)
        #expect(try await containers(of: moves).all.map(\.name) == [moves.name])
        try await moves.remove()
    }

    @Test("An engine that is not there is told from one that does not answer")
    func silence() async throws {
        let files = FileTree()
        let nowhere = Engine(EngineAddress(socket: files.path("engine.sock")), client: client)
        guard case .absent(let problem) = await LabelSearch(nowhere).look() else {
            Issue.record("it is not absent")
            return
        }
        #expect(problem.code == .unreachable)
        // It takes requests and never answers.
        let path = files.path("silent.sock")
        let server = ScriptedServer(unixSocket: path) { peer in
            while peer.request() != nil {}
        }
        let silent = Engine(EngineAddress(socket: path), client: client)
        let sighting = await LabelSearch(silent, patience: .milliseconds(100)).look()
        #expect(
            sighting
                == .unknown(Problem(.unreachable, "the engine at unix://\(path) does not answer within 100ms")))
        _ = server
    }
}
