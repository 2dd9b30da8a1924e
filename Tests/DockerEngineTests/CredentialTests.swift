import Crypto
import DockerEngine
import Model
import Registries
import TestKit
import Testing

/// Who the engine is told to be. Secrets are checked as the engine gets them: in the header.
struct CredentialTests {
    private let files = FileTree()

    private func finder(
        _ configuration: JSON? = nil, settings: [String: RegistryAccess] = [:], environment: [String: String] = [:]
    ) -> CredentialFinder {
        if let configuration { files.file("config.json", configuration.text, mode: 0o600) }
        var all = ["DOCKER_CONFIG": files.path, "PATH": files.path("bin") + ":/usr/bin:/bin"]
        all.merge(environment) { _, new in new }
        return CredentialFinder(registries: settings, dockerConfig: nil, environment: all)
    }

    /// What the engine would be told; nil when there are no credentials.
    private func said(_ finder: CredentialFinder, _ image: String, own: RegistryAccess? = nil) async throws -> JSON? {
        guard let found = try await finder.find(for: ImageReference(image), own: own)?.credentials else { return nil }
        #expect(found.headers.map(\.0) == ["X-Registry-Auth"])
        #expect(found.headers[0].1.utf8.count.isMultiple(of: 4))
        return try JSON(parsing: #require(Base64.urlSafe.decode(found.headers[0].1)))
    }

    private func auth(_ user: String, _ password: String) -> JSON {
        ["auth": .string(Base64.standard.encode("\(user):\(password)".utf8))]
    }

    private func access(_ user: String) -> RegistryAccess { RegistryAccess(username: user, password: Secret("p")) }

    // MARK: - What docker login leaves

    @Test("A login is found by the registry's host, and colons belong to the password")
    func login() async throws {
        let finder = finder(["auths": ["ghcr.io": auth("me", "a:b:c"), "127.0.0.1:5000": auth("you", "x")]])
        #expect(
            try await said(finder, "ghcr.io/me/web:1") == [
                "username": "me", "password": "a:b:c", "serveraddress": "ghcr.io",
            ])
        #expect(try await said(finder, "127.0.0.1:5000/web")?["username"] == "you")
        #expect(try await said(finder, "127.0.0.1:5001/web") == nil)
        #expect(try await said(finder, "quay.io/me/web") == nil)
        #expect(try await said(finder, "nginx") == nil)
    }

    @Test(
        "A login to Docker Hub is found under each of its names",
        arguments: ["https://index.docker.io/v1/", "docker.io", "index.docker.io", "https://registry-1.docker.io/v2/"])
    func dockerHub(key: String) async throws {
        let found = try await said(finder(["auths": .object(.init([(key, auth("me", "x"))]))]), "nginx:1")
        #expect(
            found == ["username": "me", "password": "x", "serveraddress": "https://index.docker.io/v1/"])
    }

    @Test("Of several that fit the longest one counts, by whole parts of the path")
    func longest() async throws {
        let finder = finder([
            "auths": [
                "https://ghcr.io": auth("all", "x"), "ghcr.io/me": auth("mine", "x"),
                "ghcr.io/me/web": auth("web", "x"),
            ]
        ])
        #expect(try await said(finder, "ghcr.io/other/web")?["username"] == "all")
        #expect(try await said(finder, "ghcr.io/me/api")?["username"] == "mine")
        #expect(try await said(finder, "ghcr.io/me/web:2")?["username"] == "web")
        #expect(try await said(finder, "ghcr.io/menace/web")?["username"] == "all")
    }

    @Test("Tokens are passed on as tokens, and an entry that is kept elsewhere is none")
    func tokens() async throws {
        let finder = finder([
            "auths": [
                "a.example": ["auth": "bWU6", "identitytoken": "identity"], "b.example": ["registrytoken": "registry"],
                "c.example": ["username": "me", "password": "plain"], "d.example": [:],
            ]
        ])
        #expect(
            try await said(finder, "a.example/web") == ["identitytoken": "identity", "serveraddress": "a.example"])
        #expect(
            try await said(finder, "b.example/web") == ["registrytoken": "registry", "serveraddress": "b.example"])
        #expect(try await said(finder, "c.example/web")?["password"] == "plain")
        #expect(try await said(finder, "d.example/web") == nil)
    }

    @Test("Without a file there are no credentials; one that the settings name has to be there")
    func noFile() async throws {
        #expect(try await said(finder(), "ghcr.io/me/web") == nil)
        let named = CredentialFinder(registries: [:], dockerConfig: files.path("gone.json"), environment: [:])
        let refusal = await problem { _ = try await said(named, "ghcr.io/me/web") }
        #expect(refusal == Problem(.notFound, "\(files.path("gone.json")): no such file or directory"))
        // The file of whoever runs this is another matter, and not there without a home.
        files.file("home/.docker/config.json", (["auths": ["ghcr.io": auth("home", "x")]] as JSON).text)
        let atHome = finder(environment: ["DOCKER_CONFIG": "", "HOME": files.path("home")])
        #expect(try await said(atHome, "ghcr.io/me/web")?["username"] == "home")
    }

    @Test("A file that cannot be read says where, and shows nothing of it")
    func broken() async throws {
        files.file("config.json", "{\n  \"auths\": hunter2")
        let path = files.path("config.json")
        let broken = await problem { _ = try await said(finder(), "ghcr.io/me/web") }
        #expect(broken == Problem(.invalid, "\(path): JSON, line 2, column 12: expected a value"))
        let flat = await problem { _ = try await said(finder(["auths": "hunter2"]), "ghcr.io/me/web") }
        #expect(flat == Problem(.invalid, "\(path): auths: expected an object"))
        for text in ["hunter2", "aHVudGVyMg==", "Omh1bnRlcjI="] {
            let entry = await problem {
                _ = try await said(finder(["auths": ["ghcr.io": ["auth": .string(text)]]]), "ghcr.io/me/web")
            }
            #expect(
                entry == Problem(.invalid, "\(path): auths.\"ghcr.io\".auth: expected user:password in base64"))
        }
    }

    // MARK: - Helpers

    private func helper(_ name: String, _ body: String) { files.script("bin/docker-credential-\(name)", body) }

    @Test("The helper of a registry is asked before the helper for all, and both before the file")
    func helpers() async throws {
        helper(
            "one", #"read server; echo "{\"ServerURL\":\"$server\",\"Username\":\"one\",\"Secret\":\"$1 $server\"}""#)
        helper("all", #"read server; echo "{\"Username\":\"<token>\",\"Secret\":\"$1 $server\"}""#)
        let finder = finder([
            "auths": ["ghcr.io": auth("file", "x")], "credsStore": "all",
            "credHelpers": ["ghcr.io": "one", "docker.io": "one"],
        ])
        #expect(
            try await said(finder, "ghcr.io/me/web") == [
                "username": "one", "password": "get ghcr.io", "serveraddress": "ghcr.io",
            ])
        #expect(try await said(finder, "nginx")?["password"] == "get https://index.docker.io/v1/")
        #expect(try await said(finder, "quay.io/web")?["identitytoken"] == "get quay.io")
    }

    @Test("What a helper does not know may still be in the file")
    func unknownToHelper() async throws {
        helper("empty", "echo 'credentials not found in native keychain'; exit 1")
        let finder = finder(["auths": ["ghcr.io": auth("file", "x")], "credsStore": "empty"])
        #expect(try await said(finder, "ghcr.io/me/web")?["username"] == "file")
        #expect(try await said(finder, "quay.io/me/web") == nil)
    }

    @Test(
        "A helper that does not work is named with file and registry, and nothing that it wrote is shown",
        arguments: [
            ("echo hunter2; echo hunter2 >&2; exit 3", "it exited with code 3"),
            ("echo hunter2", "its answer has no user and secret"),
            (#"echo '{"Username": "hunter2"}'"#, "its answer has no user and secret"),
            ("head -c 200000 /dev/zero | tr '\\0' ' '; echo hunter2", "its answer has no user and secret"),
            ("kill -9 $$", "it was ended by signal 9 (KILL)"),
        ])
    func brokenHelper(body: String, sentence: String) async throws {
        helper("bad", body)
        let finder = finder(["credsStore": "bad"])
        let refusal = await problem { _ = try await said(finder, "ghcr.io/me/web") }
        #expect(
            refusal.map { "\($0)" } == "\(files.path("config.json")): docker-credential-bad for ghcr.io: \(sentence)")
    }

    @Test("A helper that is not there is named, and one that is no name is not run")
    func missingHelper() async throws {
        let missing = await problem { _ = try await said(finder(["credsStore": "gone"]), "ghcr.io/me/web") }
        #expect(missing?.code == .notFound)
        #expect(
            missing?.message
                == "\(files.path("config.json")): the helper for ghcr.io: \"docker-credential-gone\" could not be started: "
                + "there is no such program in PATH (\(files.path("bin")):/usr/bin:/bin)")
        let odd = await problem { _ = try await said(finder(["credsStore": "../x"]), "ghcr.io/me/web") }
        #expect(
            odd
                == Problem(
                    .invalid,
                    "\(files.path("config.json")): \"../x\" is not the name of a credential helper, expected for example \"pass\""
                ))
    }

    @Test("A helper gets what clouds and key rings are found by, and none of the agent's own secrets")
    func helperEnvironment() async throws {
        helper("env", #"echo "{\"Username\":\"me\",\"Secret\":\"$AWS_PROFILE/$GITHUB_SECRET/$HOME\"}""#)
        let finder = finder(
            ["credsStore": "env"],
            environment: ["AWS_PROFILE": "prod", "GITHUB_SECRET": "hunter2", "HOME": "/home/me"])
        let found = try await said(finder, "ghcr.io/me/web")
        #expect(found?["password"] == "prod///home/me")
    }

    // MARK: - Who wins

    @Test("The service's own credentials win over the settings, and those over docker's file")
    func order() async throws {
        let settings = [
            "ghcr.io": access("settings"), "ghcr.io/me/web": access("longer"),
            "quay.io": RegistryAccess(isInsecure: true),
        ]
        let finder = finder(
            ["auths": ["ghcr.io": auth("file", "x"), "quay.io": auth("file", "x")]], settings: settings)
        #expect(try await said(finder, "ghcr.io/me/web", own: access("own"))?["username"] == "own")
        #expect(try await said(finder, "ghcr.io/me/web")?["username"] == "longer")
        #expect(try await said(finder, "ghcr.io/me/api")?["username"] == "settings")
        // They say how the registry is reached, and not who is asking.
        #expect(try await said(finder, "quay.io/me/web")?["username"] == "file")
        #expect(try await said(finder, "ghcr.io/me/web", own: RegistryAccess())?["username"] == "longer")
    }

    @Test(
        "What docker login left opens a real registry, and so do a helper and the settings",
        arguments: TestEngine.versions)
    func real(version: String) async throws {
        let registry = try await TestRegistry.start(isProtected: true)
        let digest = try await registry.publish(.web("guarded"), as: "guarded:1")
        let reference = try ImageReference("\(registry.host)/guarded:1")
        helper("real", #"echo '{"Username": "me", "Secret": "secret"}'"#)
        let settings = [
            registry.host: RegistryAccess(username: TestRegistry.user, password: Secret(TestRegistry.password))
        ]
        let login = CredentialFinder(
            registries: [:], dockerConfig: registry.clientConfiguration + "/config.json", environment: [:])
        let helped = finder(["credsStore": "real"])
        let told = CredentialFinder(registries: settings, dockerConfig: nil, environment: [:])
        for finder in [login, helped, told] {
            let found = try #require(try await finder.find(for: reference)?.credentials)
            #expect(try await engine(version).resolve(reference, found) == digest)
        }
        let found = try #require(try await login.find(for: reference)?.credentials)
        #expect(try await engine(version).pull(reference.pinned(to: digest), found).digest(in: reference) == digest)
    }
}
