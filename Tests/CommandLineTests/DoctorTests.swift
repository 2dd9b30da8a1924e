import Glibc
import Model
import Processes
import TestKit
import Testing

/// What `grapnel doctor` finds, and what others find who look at a journal that is not well.
struct DoctorTests {
    private func findings(_ site: Installation) async throws -> [JSON] {
        // As nobody sets it: it would mean that there is to be an engine.
        let result = try await site.program.run("doctor", "--json", environment: ["DOCKER_HOST": ""])
        return try JSON(parsing: result.output).array ?? []
    }

    private func bad(_ site: Installation) async throws -> [String] {
        try await findings(site).filter { $0["grade"] == "bad" }.compactMap { $0["what"]?.string }
    }

    @Test func `scripts, users and directories that are not there are found before a deploy needs them`() async throws {
        let site = Installation()
        site.tree.file(
            "grapnel.yaml",
            """
            services:
              site: { script: { directory: site, run: [./ran.sh], rollback: [./back.sh] } }
              shop: { script: { directory: shop, user: nobody-of-that-name, run: [./run.sh] } }
              off: { enabled: false, script: { run: [/nowhere/run.sh] } }

            """)
        #expect(
            try await bad(site) == [
                #"services.shop.script.user: there is no user "nobody-of-that-name""#,
                #"services.site.script.run: there is no "./ran.sh" in "\#(site.home)/site""#,
            ])
        let doubtful = try await findings(site).filter { $0["grade"] == "warning" }.compactMap { $0["what"]?.string }
        #expect(doubtful.contains(#"services.site.script.rollback: there is no "./back.sh" in "\#(site.home)/site""#))
        let result = try await site.program.run("doctor")
        #expect(result.exitCode == 1)
    }

    @Test func `a state directory that cannot be made is found, and none is made by looking`() async throws {
        let site = Installation()
        var findings = try await findings(site)
        let text = "state: none yet, the first start makes \(site.home)/state"
        #expect(findings.contains { $0["what"]?.string == text && $0["grade"] == "ok" })
        #expect(!site.tree.names().contains("state"))

        var spec = site.program.spec(["doctor", "--json"], ["DOCKER_HOST": ""])
        if getuid() == 0 { spec.user = "nobody" } else { chmod(site.home, 0o555) }
        findings = try JSON(parsing: try await Process.run(spec).output).array ?? []
        chmod(site.home, 0o755)
        #expect(
            findings.contains {
                $0["what"]?.string == "state: \(site.home) cannot be written: permission denied" && $0["grade"] == "bad"
            }, "\(findings)")
    }

    @Test(.enabled(if: geteuid() == 0)) func `another user is told to ask as the agent's user`() async throws {
        let site = Installation()
        try await site.withAgent { _ in
            for words in [["status"], ["history"], ["deploy", "site"]] {
                var spec = site.program.spec(words, ["DOCKER_HOST": ""])
                spec.user = "nobody"
                let result = try await Process.run(spec)
                #expect(result.exitCode == 1)
                #expect(
                    result.errorsText
                        == "grapnel: \(site.home)/state/grapnel.sock: permission denied: only the agent's user may ask "
                        + "the agent, try again as that user or with sudo\n")
            }
            var spec = site.program.spec(["doctor"], ["DOCKER_HOST": ""])
            spec.user = "nobody"
            let doctor = try await Process.run(spec)
            #expect(doctor.outputText.contains("bad     agent: \(site.home)/state/grapnel.sock: permission denied"))
            #expect(!doctor.outputText.contains("does not run"))
        }
    }

    @Test(arguments: ["missing", "empty"])
    func `a journal that is gone while there are backups is not taken for one that never was`(
        _ damage: String
    ) async throws {
        let site = Installation()
        try await site.withAgent { _ in _ = try await site.program.run("deploy", "site") }
        if damage == "missing" {
            site.tree.remove("state/grapnel.db")
        } else {
            site.tree.file("state/grapnel.db")
        }
        let text =
            "\(site.home)/state/grapnel.db: the file is \(damage); the agent restores it from a backup when it starts"
        #expect(try await bad(site) == ["journal: \(text)"])
        let history = try await site.program.run("history")
        #expect(history.exitCode == 1)
        #expect(history.errorsText == "grapnel: \(text)\n")
    }

    @Test func `garbage in the middle of the journal is found`() async throws {
        let site = Installation()
        try await site.withAgent { _ in _ = try await site.program.run("deploy", "site") }
        #expect(try await bad(site) == [])
        let page = 4096
        var bytes = site.tree.bytes("state/grapnel.db")
        let middle = bytes.count / page / 2 * page
        bytes.replaceSubrange(middle..<middle + page, with: [UInt8](repeating: 0x5A, count: page))
        site.tree.file("state/grapnel.db", bytes, mode: 0o600)
        let bad = try await bad(site)
        #expect(bad.count == 1 && bad.first?.hasPrefix("journal: ") == true, "\(bad)")
    }

    // MARK: - The engine; DockerEngineTests have the rest

    @Test func `who moves no container is told nothing of engines`() async throws {
        let site = Installation()
        #expect(try await !findings(site).contains { $0["what"]?.string?.hasPrefix("engine: ") == true })
    }

    @Test func `an engine that is not there is a problem for who moves containers, or names it`() async throws {
        let site = Installation()
        let socket = site.tree.path("none.sock")
        var spec = site.program.spec(["doctor", "--json"], ["DOCKER_HOST": "unix://\(socket)"])
        #expect(try await what(spec, "bad") == ["socket: \(socket) is not there"])

        site.tree.file("grapnel.yaml", "services: { web: { container: web, image: redis } }\n")
        spec = site.program.spec(["doctor", "--json"], ["DOCKER_HOST": "nonsense"])
        #expect(try await what(spec, "bad").first?.hasPrefix("engine: DOCKER_HOST: \"nonsense\"") == true)
        // It is looked at for what can be read of the settings, too.
        site.tree.file("grapnel.yaml", "services: { web: { container: web }, api: { contaner: x } }\n")
        #expect(try await what(spec, "bad").contains { $0.hasPrefix("engine: DOCKER_HOST: ") })
    }

    @Test(.enabled(if: geteuid() == 0)) func `who may not use the engine's socket is told what to type`() async throws {
        let site = Installation()
        let path = site.tree.path("engine.sock")
        let server = ScriptedServer(unixSocket: path) { peer in while peer.request() != nil { peer.answer("{}") } }
        chmod(path, 0o660)
        // The group `daemon` of every Linux.
        chown(path, 0, 1)
        var spec = site.program.spec(["doctor", "--json"], ["DOCKER_HOST": "unix://\(path)"])
        spec.user = "nobody"
        let result = try await Process.run(spec)
        let found = try JSON(parsing: result.output).array?.first { $0["what"]?.string?.hasPrefix("socket: ") == true }
        #expect(result.exitCode == 1)
        #expect(found?["what"]?.string == "socket: \(path) belongs to root:daemon, mode 0660: nobody may not use it")
        #expect(
            found?["remedy"]?.string
                == "usermod -aG daemon nobody, and log in anew; whoever is in that group can be root on this machine")
        withExtendedLifetime(server) {}
    }

    private func what(_ spec: ProcessSpec, _ grade: String) async throws -> [String] {
        let findings = try JSON(parsing: try await Process.run(spec).output).array ?? []
        return findings.filter { $0["grade"]?.string == grade }.compactMap { $0["what"]?.string }
    }
}
