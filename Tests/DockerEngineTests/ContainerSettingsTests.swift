import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// What is hard to keep of a container that is made anew.
struct ContainerSettingsTests {
    private func addresses(_ container: Container?) -> [String: String] {
        let networks = container?.json["NetworkSettings"]?["Networks"]?.object?.pairs ?? []
        return Dictionary(
            uniqueKeysWithValues: networks.map { ($0.key, $0.value["MacAddress"]?.string ?? "") })
    }

    @Test(
        "A chosen hardware address stays, and one that the engine made does not: trap 19",
        arguments: TestEngine.versions)
    func hardwareAddress(version: String) async throws {
        let chosen = "02:42:ac:aa:bb:01"
        let moves = try await Moves(version, options: ["--mac-address", chosen])
        let other = try await Moves(version)
        for moves in [moves, other] {
            try await moves.offer(.web("two"))
            #expect(try await moves.deploy().outcome == .deployed)
        }
        #expect(addresses(try await moves.container) == ["bridge": chosen])
        #expect(try await moves.container?.config["MacAddress"] == .string(chosen))
        let made = try #require(try await other.container)
        #expect(made.config["MacAddress"]?.string ?? "" == "")
        try await moves.remove()
        try await other.remove()
    }

    @Test("So does one that was chosen for one of several networks, where engines can do that")
    func hardwareAddressOfOne() async throws {
        let machine = try await TestEngine.shared("26.1")
        let moves = try await Moves("26.1", starts: false)
        let networks = [moves.name + "-a", moves.name + "-b", moves.name + "-c"]
        for network in networks { try await machine.docker("network", "create", network) }
        try await moves.remove()
        let endpoints: [(String, JSON)] = [
            (networks[0], ["MacAddress": "02:42:ac:aa:bb:02"]), (networks[1], ["MacAddress": "02:42:ac:aa:bb:03"]),
            (networks[2], .object(JSON.Members())),
        ]
        let id = try await moves.engine.create(
            moves.name,
            [
                "Image": .string(moves.tag), "HostConfig": ["NetworkMode": .string(networks[0])],
                "NetworkingConfig": ["EndpointsConfig": .object(JSON.Members(endpoints))],
            ])
        try await moves.engine.start(id)
        try await moves.offer(.web("two"))
        #expect(try await moves.deploy().outcome == .deployed)
        let after = addresses(try await moves.container)
        #expect(after[networks[0]] == "02:42:ac:aa:bb:02")
        #expect(after[networks[1]] == "02:42:ac:aa:bb:03")
        let made = try await moves.container?.json["NetworkSettings"]?["Networks"]?[networks[2]]
        // Made from the address that it has now, and not from the one that its predecessor had.
        let last = made?["IPAddress"]?.string?.split(separator: ".").last.flatMap { UInt8($0) }
        #expect(made?["MacAddress"]?.string?.split(separator: ":").last.flatMap { UInt8($0, radix: 16) } == last)
        try await moves.remove()
        for network in networks { try await machine.docker("network", "rm", network) }
    }

    @Test("Fixed addresses and the machine's own network are kept: trap 19", arguments: TestEngine.versions)
    func networks(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let network = "fixed-" + Moves.word()
        let part = Int.random(in: 1...250)
        try await machine.docker("network", "create", "--subnet", "10.231.\(part).0/24", network)
        let fixed = try await Moves(version, options: ["--network", network, "--ip", "10.231.\(part).77"])
        let host = try await Moves(version, options: ["--network", "host", "--uts", "host"])
        let none = try await Moves(version, options: ["--network", "none", "--domainname", "example.org"])
        for moves in [fixed, host, none] {
            try await moves.offer(.idle.with { $0.environment = ["NEW": "1"] })
            let record = try await moves.deploy()
            #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        }
        let address = try await fixed.container?.json["NetworkSettings"]?["Networks"]?[network]?["IPAddress"]
        #expect(address == .string("10.231.\(part).77"))
        #expect(try await host.container?.networkMode == "host")
        #expect(try await host.container?.hostConfig["UTSMode"] == "host")
        #expect(try await none.container?.networkMode == "none")
        #expect(try await none.container?.config["Domainname"] == "example.org")
        for moves in [fixed, host, none] { try await moves.remove() }
        try await machine.docker("network", "rm", network)
    }

    @Test("One that somebody paused is left alone", arguments: TestEngine.versions)
    func paused(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.machine.docker("pause", moves.name)
        try await moves.offer(.web("two"))
        let record = try await moves.deploy()
        #expect(record.outcome == .failed)
        #expect(record.reason?.contains("docker unpause \(moves.name)") == true, "\(record.reason ?? "")")
        #expect(try await moves.container?.isPaused == true)
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        try await moves.remove()
    }

    @Test("A port that somebody else has is not the release's fault", arguments: TestEngine.versions)
    func portTaken(version: String) async throws {
        let port = Int.random(in: 20_000..<32_000)
        let moves = try await Moves(version, options: ["-p", "127.0.0.1:\(port):8080"], starts: false)
        // In the middle of the deploy, when the old one has let go of it.
        let other = try await Moves(version, options: ["-p", "127.0.0.1:\(port):8080"])
        try await moves.machine.docker("stop", other.name)
        try await moves.machine.docker("start", moves.name)
        try await moves.offer(.web("two"))
        moves.journal.after(.beginning("rename-new")) { try? await other.engine.start(other.name) }
        let record = try await moves.deploy()
        // The old one cannot have its port back either.
        #expect(record.outcome == .failed, "\(record.outcome?.rawValue ?? "") \(record.reason ?? "")")
        #expect(record.reason?.contains("does not start: the engine: ") == true, "\(record.reason ?? "")")
        #expect(record.reason?.contains("the container \"\(other.name)\" has it") == true, "\(record.reason ?? "")")
        #expect(try await moves.journal.blocks(service: moves.name) == [])
        #expect(try await moves.containers() == ["\(moves.name) exited"])
        try await moves.remove()
        try await other.remove()
    }

    @Test("A stop that takes its time is told of")
    func slowStop() async throws {
        let moves = try await Moves("26.1", .idle.with { $0.stopping = .stubborn }, options: ["--stop-timeout", "6"])
        try await moves.offer(.web("two"))
        #expect(try await moves.deploy().outcome == .deployed)
        #expect(moves.lines.all.contains { $0.hasPrefix("\(moves.name) is being stopped, for 5s now") })
        try await moves.remove()
    }

    @Test("What a release that is undone has printed last is in the deploy's log", arguments: TestEngine.versions)
    func lastWords(version: String) async throws {
        let moves = try await Moves(version)
        try await moves.offer(TestImage("echo no database; echo 'stack trace' >&2; exit 1"))
        #expect(try await moves.deploy().outcome == .rolledBack)
        for words in ["no database", "stack trace"] {
            #expect(moves.lines.all.contains("\(moves.name): \(words)"), "\(moves.lines.all)")
        }
        try await moves.remove()
    }
}
