import Crypto
import Glibc
import HTTPClient
import Model
import Processes
import TestKit
import Testing

@testable import DockerEngine

/// What `grapnel doctor` says of an engine and of what lies between it and a deploy.
struct ExaminationTests {
    private let files = FileTree()

    private func look(
        _ host: String, _ services: [Service] = [], settings: [String: RegistryAccess] = [:],
        _ environment: [String: String] = [:]
    ) async -> [String] {
        var all = ["DOCKER_HOST": host, "DOCKER_CONFIG": files.path, "PATH": files.path("bin") + ":/usr/bin:/bin"]
        all.merge(environment) { $1 }
        let registries = registries(settings, environment: all)
        return await EngineExamination(environment: all, services: services, registries: registries, client: client)
            .findings().map(\.line)
    }

    private func service(
        _ name: String, _ image: String? = nil, pull: ContainerDefinition.Pull = .always, track: Track? = nil
    ) throws -> Service {
        Service(
            name: "web", kind: .container(ContainerDefinition(container: name, pull: pull)),
            image: try image.map { try ImageReference($0) }, track: track)
    }

    // MARK: - Real engines

    @Test("A good engine is told with its versions, its store and its disk", arguments: TestEngine.stores)
    func good(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let findings = await look(machine.host)
        #expect(!findings.contains { $0.hasPrefix("bad") }, "\(findings)")
        #expect(findings[0] == "ok engine: \(machine.host), as DOCKER_HOST says")
        #expect(findings[1].hasPrefix("ok socket: \(machine.socket) belongs to root:root, mode 0660: root may use it"))
        let number = version.prefix { $0 != "-" }
        #expect(findings[2].hasPrefix("ok engine: \(number)."))
        #expect(findings[2].hasSuffix("; \(number == "20.10" ? "1.41" : "1.45") is used"))
        #expect(findings.contains { $0.hasPrefix("ok engine: keeps images by overlay") })
        #expect(findings.contains { $0.hasSuffix("in containerd's store") } == version.hasSuffix("-containerd"))
        #expect(findings.contains("ok engine: no part of a Swarm"))
        #expect(findings.contains { $0.contains(" free for images on \(machine.directory)") })
    }

    @Test("What the owner insists on is kept, with a warning where nobody knows what then", arguments: ["20.10"])
    func insisted(version: String) async throws {
        let host = try await TestEngine.shared(version).host
        var findings = await look(host, [], ["DOCKER_API_VERSION": "1.40"])
        #expect(findings.contains { $0.hasPrefix("ok") && $0.hasSuffix("1.40 is used, as DOCKER_API_VERSION says") })
        findings = await look(host, [], ["DOCKER_API_VERSION": "1.30"])
        #expect(
            findings.contains {
                $0.hasPrefix("warning")
                    && $0.hasSuffix(", and this program knows 1.40 to 1.45 -> unset DOCKER_API_VERSION")
            }, "\(findings)")
        findings = await look(host, [], ["DOCKER_API_VERSION": "1.99"])
        #expect(findings.last?.hasPrefix("bad engine: DOCKER_API_VERSION: the engine 20.10.") == true)
    }

    @Test(
        "The container of a service is there, runs, and can be moved, or it is said what to do",
        arguments: TestEngine.versions)
    func container(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let name = "doctor-" + Moves.word()
        let image = "grapnel-test/\(name):1"
        try await machine.build(.idle, as: image)
        let missing = "bad services.web: the engine at \(machine.host) has no container \"\(name)\""
        #expect(
            await look(machine.host, [try service(name)]).last
                == "\(missing) -> make it once, by docker run or docker create --name \(name); it is moved from then on"
        )
        try await machine.docker("create", "--name", name, image)
        func seen(_ service: Service) async -> [String] {
            await look(machine.host, [service]).filter { $0.contains("services.web") }
        }
        let built = try service(name, pull: .never)
        #expect(
            await seen(built) == [
                "warning services.web: the container \"\(name)\" was never started; what is stopped stays so in a deploy "
                    + "-> docker start \(name)",
                "ok services.web: follows \(image), which is built on this engine",
            ])
        try await machine.docker("start", name)
        #expect(await seen(built).first == "ok services.web: the container \"\(name)\" runs")
        #expect(
            await seen(try service(name, "grapnel-test/none:1", pull: .never)).last
                == "bad services.web: the engine has no image grapnel-test/none:1, and \"pull: never\" says that it is "
                + "built there -> build it, or take \"pull: never\" out")
        try await machine.docker("pause", name)
        #expect(await seen(built).first?.contains("is paused -> docker unpause") == true)
        try await machine.docker("rm", "-f", name)

        try await machine.docker("run", "-d", "--rm", "--name", name, image)
        #expect(await seen(built).contains { $0.hasPrefix("bad") && $0.contains("was made with --rm") })
        try await machine.docker("rm", "-f", name)
        let id = try await machine.docker("images", "--no-trunc", "--quiet", image)
        try await machine.docker("run", "-d", "--name", name, id)
        #expect(
            await seen(try service(name)).last
                == "bad services.web: the container was made from \"\(id)\", which says nothing about where to look for "
                + "releases -> name the image: services.web.image")
        try await machine.docker("rm", "-f", name)
    }

    @Test(
        "The registry is asked as the deploy would ask it, and where that comes from is said",
        arguments: TestEngine.stores)
    func registry(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        let registry = try await TestRegistry.start(isProtected: true)
        try await registry.publish(.idle, as: "web:1")
        let name = "doctor-" + Moves.word()
        let service = try service(name, "\(registry.host)/web", track: .tag("1"))
        func seen(_ service: Service, _ settings: [String: RegistryAccess] = [:]) async -> String? {
            await look(machine.host, [service], settings: settings).last
        }
        let has = "ok services.web: the registry \(registry.host) has \(registry.host)/web:1, asked with"
        let good = RegistryAccess(username: TestRegistry.user, password: Secret(TestRegistry.password))
        let wrong = RegistryAccess(username: TestRegistry.user, password: Secret("hunter2"))

        #expect(await seen(service, [registry.host: good]) == "\(has) registries.\"\(registry.host)\" of the settings")
        var own = service
        own.registry = good
        #expect(await seen(own, [registry.host: wrong]) == "\(has) services.web.registry")
        let refused = await seen(service, [registry.host: wrong]) ?? ""
        #expect(refused.hasPrefix("bad services.web: \(registry.host)/web:1: the registry"))
        #expect(refused.hasSuffix("-> put others into registries.\"\(registry.host)\" of the settings"))
        #expect(!refused.contains("hunter2"))
        let nobody = await seen(service) ?? ""
        #expect(nobody.contains("wants credentials, and there are none for it"))
        #expect(nobody.contains("asked without credentials -> docker login \(registry.host) as the agent's user"))

        // What docker login writes, and a helper.
        files.file("config.json", #"{"auths": {"\#(registry.host)": {"auth": "bWU6c2VjcmV0"}}}"#, mode: 0o600)
        #expect(await seen(service) == "\(has) auths.\"\(registry.host)\" in \(files.path("config.json"))")
        files.file("config.json", #"{"credsStore": "box"}"#, mode: 0o600)
        #expect(await seen(service)?.hasPrefix("bad services.web: credentials for \(registry.host): ") == true)
        files.script("bin/docker-credential-box", #"echo '{"Username": "me", "Secret": "secret"}'"#)
        #expect(
            await seen(service)
                == "\(has) the program docker-credential-box, as \(files.path("config.json")) says")
        var absent = service
        absent.track = .tag("2")
        #expect(await seen(absent)?.hasSuffix("-> look at the image's name and its tag") == true)

        await registry.stop()
        #expect(await seen(service)?.contains("the registry \(registry.host) cannot be asked") == true)
    }

    // MARK: - What hangs

    @Test("A helper that hangs holds up nothing but its own line")
    func hangingHelper() async throws {
        files.script("bin/docker-credential-box", "exec sleep 600")
        files.file("config.json", #"{"credsStore": "box"}"#, mode: 0o600)
        let host = try await TestEngine.shared("26.1").host
        let line = await look(host, [try service("none", "registry.example/web:1")]).last
        #expect(line?.hasPrefix("bad services.web: credentials for registry.example: no answer within 5s -> ") == true)
    }

    @Test("An engine that hangs is told apart from one that is not there")
    func hangingEngine() async throws {
        let path = files.path("engine.sock")
        let server = ScriptedServer(unixSocket: path) { $0.waitForEnd() }
        let findings = await look("unix://\(path)", [try service("web", "web:1")])
        #expect(
            findings.last
                == "bad engine: unix://\(path): no answer within 5s -> the engine hangs: its log may say why (journalctl "
                + "-u docker)")
        withExtendedLifetime(server) {}
        // Nobody listens behind a socket that was left.
        let left = files.path("left.sock")
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        bindOnly(descriptor, left)
        close(descriptor)
        #expect(await look("unix://\(left)").last?.contains("does not answer") == true)
        #expect(await look("unix://\(left)").last?.contains("connection refused -> start the engine") == true)
    }

    @Test("An engine that hangs in its second answer is not asked for each service")
    func hangingInfo() async throws {
        let path = files.path("engine.sock")
        let server = ScriptedServer(unixSocket: path) { peer in
            while let request = peer.request() {
                guard request.contains("/version") else { return peer.waitForEnd() }
                peer.answer(ImitatedEngine.version)
            }
        }
        let services = try (0..<50).map { try service("web-\($0)", "web:1") }
        let findings = await look("unix://\(path)", services)
        #expect(findings.last?.hasPrefix("bad engine: /info: no answer within 5s") == true)
        withExtendedLifetime(server) {}
    }

    // MARK: - The socket

    @Test("A socket that is not there, or is none")
    func noSocket() async throws {
        let path = files.path("none.sock")
        #expect(await look("unix://\(path)").last?.hasPrefix("bad socket: \(path) is not there -> ") == true)
        files.directory("directory")
        let directory = files.path("directory")
        #expect(
            await look("unix://\(directory)").last?.contains(
                "is a directory: docker makes one where a container mounts a socket that is not there -> rmdir \(directory)"
            )
                == true)
        let file = files.file("file")
        #expect(await look("unix://\(file)").last?.hasPrefix("bad socket: \(file) is not a socket") == true)
        #expect(await look("ssh://machine").first?.hasPrefix("bad engine: DOCKER_HOST: \"ssh://machine\"") == true)
    }

    @Test("A socket that everyone may use is a way to be root")
    func openSocket() async throws {
        let path = files.path("engine.sock")
        let server = ScriptedServer(unixSocket: path) { peer in while peer.request() != nil { peer.answer("{}") } }
        chmod(path, 0o666)
        #expect(
            await look("unix://\(path)")[1].contains(
                "mode 0666: everyone on this machine may use it, and with it be root -> chmod o-rw \(path)"))
        withExtendedLifetime(server) {}
    }

    // MARK: - Its words

    /// What is said of an engine whose `/info` is this.
    private func told(_ info: String) async throws -> [String] {
        let imitated = ImitatedEngine { line in line.contains("/info ") ? info : nil }
        return await look(imitated.engine.address.description)
    }

    @Test("Of the engine's own warnings those that matter to a deploy are passed on")
    func warnings() async throws {
        let findings = try await told(
            #"""
            {"Driver": "vfs", "Swarm": {"LocalNodeState": "error", "Error": "no quorum"}, "Warnings": [
            "WARNING: No swap limit support", "WARNING: bridge-nf-call-iptables is disabled",
            "WARNING: API is accessible on http://0.0.0.0:2375 without encryption.\n         Access is root.",
            "WARNING: IPv4 forwarding is disabled", "WARNING: something new"]}
            """#)
        let warnings = findings.filter { $0.hasPrefix("warning engine: it warns") }
        #expect(
            warnings == [
                "warning engine: it warns: API is accessible on http://0.0.0.0:2375 without encryption. -> whoever reaches "
                    + "that address is root here: take it out of `hosts`, or give it --tlsverify",
                "warning engine: it warns: IPv4 forwarding is disabled -> published ports do not work without it: sysctl -w "
                    + "net.ipv4.ip_forward=1",
                "warning engine: it warns: something new",
            ])
        #expect(findings.contains { $0.hasPrefix("warning engine: keeps images by vfs: each layer is a full copy") })
        #expect(findings.contains { $0.hasPrefix("warning engine: its part in a Swarm is error: no quorum") })
    }

    @Test("A rootless engine and a Swarm are noticed")
    func kinds() async throws {
        let findings = try await told(
            #"{"SecurityOptions": ["name=seccomp,profile=default", "name=rootless"], "Swarm": {"LocalNodeState": "active", "ControlAvailable": true, "Nodes": 3}}"#
        )
        #expect(findings.contains { $0.contains("engine: rootless") })
        #expect(findings.contains("ok engine: a manager of a Swarm of 3"))
        #expect(try await told("{}").allSatisfy { !$0.contains("rootless") })
    }

    @Test("A disk that is nearly full is told before a pull fails, by bytes and by files")
    func disk() {
        #expect(EngineDisk.judged("/d", free: 255 << 20, files: nil).grade == .bad)
        #expect(EngineDisk.judged("/d", free: 257 << 20, files: nil).grade == .warning)
        #expect(EngineDisk.judged("/d", free: 3 << 30, files: nil) == .good("disk: 3072 MiB free for images on /d"))
        #expect(EngineDisk.judged("/d", free: 3 << 30, files: 100).grade == .warning)
        #expect(EngineDisk.judged("/d", free: 3 << 30, files: 1 << 20).grade == .good)
    }

    @Test("A context of docker's own is another engine, unless it is the same one")
    func context() async throws {
        files.file("config.json", #"{"currentContext": "far"}"#)
        func seen(_ environment: [String: String] = [:]) async -> [String] {
            var all = ["DOCKER_CONFIG": files.path]
            all.merge(environment) { $1 }
            return await DockerContext(environment: all).findings(.usual).map(\.line)
        }
        #expect(await seen().first?.hasPrefix("warning engine: docker itself uses its context \"far\"") == true)
        #expect(await seen(["DOCKER_HOST": "unix:///x"]) == [])
        #expect(await seen(["DOCKER_CONTEXT": "default"]) == [])
        let machine = try await TestEngine.shared("20.10")
        for (name, host) in [("near", "unix:///var/run/docker.sock"), ("far", "tcp://10.0.0.1:2376")] {
            try await machine.docker(
                "context", "create", name, "--docker", "host=\(host)", configuration: files.path)
        }
        #expect(
            await seen() == [
                "warning engine: docker itself uses its context \"far\", which is tcp://10.0.0.1:2376 -> if that engine is "
                    + "meant, set DOCKER_HOST=tcp://10.0.0.1:2376 for the agent and for this command"
            ])
        #expect(await seen(["DOCKER_CONTEXT": "near"]) == [])
    }

    // MARK: - TLS

    @Test("Certificates are read, and those that end soon or have ended are told", arguments: [2, 400])
    func certificates(days: Int) async throws {
        let files = try await TestCertificates.make(days: days)
        let findings = await look(
            "tcp://127.0.0.1:\(SilentPort.free())", [],
            ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": files.directory])
        let certificate = try #require(findings.first { $0.contains("/cert.pem") })
        #expect(
            days == 2
                ? certificate.hasPrefix("warning") && certificate.contains(", in ")
                : certificate.hasPrefix("ok engine: \(files.directory)/cert.pem: ends on 20"), "\(certificate)")
        let held = try #require(Certificate.all(pem: FileTree.bytes(at: files.directory + "/cert.pem")))
        func later(_ time: Duration) -> String {
            TransportLook.judged(held, "cert.pem", now: held[0].ends + time).line
        }
        #expect(later(.seconds(1)).hasPrefix("bad engine: cert.pem: ended on 20"))
        #expect(later(.seconds(-86_400 * days - 60)).hasPrefix("bad engine: cert.pem: a certificate that begins at 20"))
        #expect(findings.contains { $0.contains("/key.pem: readable") })
        #expect(findings.last?.contains("does not answer") == true)
    }

    @Test("Files that are missing or no certificates are told each")
    func badFiles() async throws {
        files.file("ca.pem", "garbage")
        let findings = await look(
            "tcp://127.0.0.1:\(SilentPort.free())", [], ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": files.path])
        #expect(findings.contains { $0.hasPrefix("bad engine: \(files.path("ca.pem")): expected certificates in PEM") })
        #expect(findings.contains { $0.hasPrefix("bad engine: \(files.path("key.pem")): no such file or directory") })
        #expect(
            await look("tcp://127.0.0.1:\(SilentPort.free())")[1].hasPrefix("warning engine: everyone on this machine"))
    }
}

extension Finding {
    fileprivate var line: String { "\(grade.rawValue) \(what)\(remedy.map { " -> \($0)" } ?? "")" }
}

private func bindOnly(_ descriptor: Int32, _ path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
