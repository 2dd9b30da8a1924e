import DockerEngine
import HTTPClient
import Lifecycle
import Model
import Processes
import TestKit
import Testing

/// What a container has from outside itself, before and after a deploy: volumes, directories, ports, links.
struct ContainerPlacesTests {
    /// The deploy of a release that differs in nothing but its label.
    private func move(_ moves: Moves, _ image: TestImage = .idle, to release: String = "2") async throws -> Container {
        try await moves.offer(image.with { $0.labels = ["release": release] })
        let record = try await moves.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        return try #require(try await moves.container)
    }

    private func inside(_ moves: Moves, _ command: String) async throws -> String {
        try await moves.machine.docker("exec", moves.name, "sh", "-c", command)
    }

    private func mount(_ words: String...) async throws {
        let result = try await Process.run(ProcessSpec(words))
        #expect(result.succeeded, "\(words): \(result.errorsText)")
    }

    @Test("Mounts of every kind are as they were, and the data is in them", arguments: TestEngine.versions)
    func mounts(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let word = Moves.word()
        // Below the engine's directory, whose mounts end with it.
        let host = FileTree(at: "\(machine.directory)/host-\(word)")
        try await mount("mount", "-t", "tmpfs", "none", host.path)
        try await mount("mount", "--make-shared", host.path)
        host.file("sub/file", "from the machine")
        let own = [
            "--mount", "type=bind,src=\(host.path),dst=/slave,readonly,bind-propagation=rslave",
            "--mount", "type=volume,src=m-\(word),dst=/volume,volume-nocopy,volume-label=own=yes",
            "--mount", "type=volume,src=r-\(word),dst=/readonly,readonly",
            "--mount",
            "type=volume,src=o-\(word),dst=/options,volume-driver=local,volume-opt=type=tmpfs,"
                + "volume-opt=device=tmpfs,volume-opt=o=size=1m",
            "--mount", "type=tmpfs,dst=/scratch,tmpfs-size=1m,tmpfs-mode=0710",
            "-v", "\(host.path)/sub:/bound:ro", "-v", "v-\(word):/copied:nocopy",
        ]
        let nameless = ["--mount", "type=volume,dst=/nameless", "-v", "/old"]
        let moves = try await Moves(version, options: own + nameless)
        let before = try #require(try await moves.container)
        for place in ["volume", "nameless", "old", "copied"] {
            _ = try await inside(moves, "echo \(place) >/\(place)/file")
        }

        let after = try await move(moves)
        let differences = Lasting(before).differences(to: Lasting(after))
        // What had no name, is now asked for by the name that it was given.
        #expect(
            differences.allSatisfy { $0.hasPrefix("HostConfig.Mounts: ") || $0.hasPrefix("HostConfig.Binds: ") },
            "\(differences.joined(separator: "\n"))")
        let third = try await move(moves, to: "3")
        #expect(Lasting(after).differences(to: Lasting(third)) == [])

        for place in ["volume", "nameless", "old", "copied"] {
            #expect(try await inside(moves, "cat /\(place)/file") == place)
        }
        for place in ["slave", "readonly", "bound"] {
            #expect(try await inside(moves, "touch /\(place)/new || echo no") == "no", "\(place)")
        }
        #expect(
            try await inside(
                moves, "for d in /scratch /options; do df -k $d | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2; done")
                == "1024\n1024")
        #expect(try await inside(moves, "stat -c %a /scratch") == "710")
        // What is mounted on the machine later is seen.
        try await mount("mount", "-t", "tmpfs", "none", host.path("sub"))
        host.file("sub/later", "mounted")
        #expect(try await inside(moves, "cat /slave/sub/later") == "mounted")
        try await moves.remove()
        try await machine.docker("volume", "rm", "m-\(word)", "r-\(word)", "o-\(word)", "v-\(word)")
        try await mount("umount", host.path("sub"))
        try await mount("umount", host.path)
    }

    @Test("What comes from another container's volumes still comes from there", arguments: TestEngine.versions)
    func volumesFrom(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let word = Moves.word()
        let source = try await Moves(
            version, .idle.with { $0.volumes = ["/data"] },
            options: ["-v", "n-\(word):/named", "-v", "n-\(word):/both"])
        let other = try await Moves(version, options: ["-v", "f-\(word):/fixed"])
        try await machine.docker("exec", source.name, "sh", "-c", "echo precious | tee /data/file /named/file")
        let image = TestImage.idle.with { $0.volumes = ["/data", "/own"] }
        let moves = try await Moves(
            version, image,
            options: [
                "--volumes-from", source.name, "--volumes-from", "\(other.name):ro", "-v", "o-\(word):/both",
            ])
        let before = try #require(try await moves.container)
        for release in ["2", "3"] {
            let after = try await move(moves, image, to: release)
            let differences = Lasting(before).differences(to: Lasting(after))
            #expect(differences.allSatisfy { $0.hasPrefix("HostConfig.Binds: ") }, "\(differences)")
            #expect(after.hostConfig["Binds"]?.array?.count == 2, "\(after.hostConfig["Binds"] ?? .null)")
        }
        #expect(try await inside(moves, "cat /data/file /named/file") == "precious\nprecious")
        #expect(try await inside(moves, "ls /both; touch /fixed/new || echo no") == "no")
        for moves in [moves, source, other] { try await moves.remove() }
        try await machine.docker("volume", "rm", "n-\(word)", "o-\(word)", "f-\(word)")
    }

    @Test("Ranges of ports, exposed ones and the options of the log are kept", arguments: TestEngine.versions)
    func ports(version: String) async throws {
        let first = Int.random(in: 20_000..<32_000)
        let moves = try await Moves(
            version, .web("1"),
            options: [
                "-p", "127.0.0.1:\(first)-\(first + 2):8079-8081", "-p", "127.0.0.1:\(first + 3)-\(first + 9):80",
                "-p", "127.0.0.1::9000/udp", "--expose", "7000-7002", "--expose", "53/udp", "--log-driver", "json-file",
                "--log-opt", "max-size=1m", "--log-opt", "max-file=2",
            ])
        let before = try #require(try await moves.container)
        let after = try await move(moves, .web("1"))
        // Which one of several it gets is the engine's choice.
        let differences = Lasting(before).differences(to: Lasting(after)).filter {
            !$0.hasPrefix("NetworkSettings.Ports.80/tcp: ") && !$0.hasPrefix("NetworkSettings.Ports.9000/udp: ")
        }
        #expect(differences == [])
        let chosen = after.json["NetworkSettings"]?["Ports"]?["80/tcp"]?[0]?["HostPort"]?.string.flatMap { Int($0) }
        #expect(chosen.map { (first + 3...first + 9).contains($0) } == true)
        let answer = try await client.send(HTTPRequest(url: "http://127.0.0.1:\(first + 1)/"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "1")
        try await moves.remove()
    }

    @Test(
        "Links to other containers are kept, by a release that passes and by one that does not",
        arguments: TestEngine.versions)
    func links(version: String) async throws {
        let database = try await Moves(version, options: ["-e", "KIND=db"])
        let moves = try await Moves(version, options: ["--link", "\(database.name):database", "--link", database.name])
        let before = try #require(try await moves.container)
        let linked =
            "env | grep -E '^DATABASE_(NAME|ENV_KIND)=' | sort; grep -c database /etc/hosts"
        let found = "DATABASE_ENV_KIND=db\nDATABASE_NAME=/\(moves.name)/database\n1"
        #expect(try await inside(moves, linked) == found)
        #expect(before.hostConfig["Links"]?.array?.count == 2)
        let after = try await move(moves)
        #expect(Lasting(before).differences(to: Lasting(after)) == [])
        #expect(try await inside(moves, linked) == found)
        try await moves.offer(.exiting(1))
        #expect(try await moves.deploy().outcome == .rolledBack)
        #expect(Lasting(after).differences(to: Lasting(try #require(try await moves.container))) == [])
        #expect(try await inside(moves, linked) == found)
        for moves in [moves, database] { try await moves.remove() }
    }

    @Test("So are those in a network of the owner's", arguments: TestEngine.versions)
    func linksInNetwork(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let network = "net-" + Moves.word()
        try await machine.docker("network", "create", network)
        let database = try await Moves(version, options: ["--network", network])
        let moves = try await Moves(version, options: ["--network", network, "--link", "\(database.name):database"])
        let before = try #require(try await moves.container)
        let after = try await move(moves)
        #expect(Lasting(before).differences(to: Lasting(after)) == [])
        let address = try await database.container?.json["NetworkSettings"]?["Networks"]?[network]?["IPAddress"]?.string
        #expect(try await inside(moves, "nslookup database").contains("Address: \(try #require(address))"))
        for moves in [moves, database] { try await moves.remove() }
        try await machine.docker("network", "rm", network)
    }
}
