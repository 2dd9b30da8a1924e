package import Model
import Processes
import Synchronization

/// A real image registry on the loopback interface, with its files in a directory of its own. It goes with the object,
/// and at the latest with the tests.
package final class TestRegistry: Sendable {
    /// Of the protected ones.
    package static let user = "me"
    package static let password = "secret"
    /// What `htpasswd -B` makes of them; the registry takes nothing but bcrypt.
    private static let passwords = "me:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"

    package let port: UInt16
    package let isProtected: Bool
    private let directory: FileTree
    private let running: Mutex<Task<ProcessResult?, Never>>
    private let output: Recorded<[UInt8]>

    /// As in an image's name.
    package var host: String { "127.0.0.1:\(port)" }
    /// What it has been asked, a line each.
    package var log: String { String(decoding: output.all.joined(), as: UTF8.self) }

    /// The one that the tests of this process share: it asks nobody for a password.
    package static func shared() async throws -> TestRegistry { try await common.value }

    private static let common = Task { try await TestRegistry.start() }

    /// With `isProtected` it wants the user and the password. `authorization` is another way to want something, as the
    /// registry's own settings have it. With certificates it speaks TLS only, and to those who have theirs.
    package static func start(
        isProtected: Bool = false, authorization: String? = nil, certificates: TestCertificates? = nil
    ) async throws(Problem) -> TestRegistry {
        let directory = FileTree(at: try EngineParent.shared().place(for: "registry"))
        directory.file("passwords", passwords)
        let output = Recorded<[UInt8]>()
        let passwords = "{htpasswd: {realm: test, path: \"\(directory.path("passwords"))\"}}"
        let first = try await run(
            directory, authorization ?? (isProtected ? passwords : nil), certificates, output)
        var port: UInt16?
        await wait {
            let text = String(decoding: output.all.joined(), as: UTF8.self)
            port = text.split(separator: "listening on 127.0.0.1:").dropFirst().first
                .flatMap { UInt16($0.prefix { $0.isNumber }) }
            return port != nil
        }
        guard let port else {
            first.cancel()
            throw Problem(
                .failed, "the registry did not start: \(String(decoding: output.all.joined(), as: UTF8.self))")
        }
        return TestRegistry(port, isProtected, directory, first, output)
    }

    private init(
        _ port: UInt16, _ isProtected: Bool, _ directory: FileTree, _ running: Task<ProcessResult?, Never>,
        _ output: Recorded<[UInt8]>
    ) {
        self.port = port
        self.isProtected = isProtected
        self.directory = directory
        self.running = Mutex(running)
        self.output = output
    }

    deinit { running.withLock { $0 }.cancel() }

    /// Nobody listens there any more.
    package func stop() async {
        let task = running.withLock { $0 }
        task.cancel()
        _ = await task.value
    }

    /// Its disk has lost the content.
    package func lose(_ content: Digest) {
        directory.remove("data/docker/registry/v2/blobs/\(content.algorithm)/\(content.hex.prefix(2))/\(content.hex)")
    }

    private static func run(
        _ directory: FileTree, _ authorization: String?, _ certificates: TestCertificates?,
        _ output: Recorded<[UInt8]>
    ) async throws(Problem) -> Task<ProcessResult?, Never> {
        let tls = certificates.map { files in
            let place = files.directory
            return """
                , tls: {certificate: "\(place)/server.pem", key: "\(place)/server-key.pem", clientcas: ["\(place)/ca.pem"]}
                """
        }
        let settings = directory.file(
            "config.yml",
            """
            version: 0.1
            log: {level: info}
            storage: {filesystem: {rootdirectory: "\(directory.path("data"))"}, delete: {enabled: true}}
            http: {addr: "127.0.0.1:0"\(tls ?? "")}
            \(authorization.map { "auth: \($0)" } ?? "")
            """)
        let programs = try await TestEngine.script(["path", "registry"]).outputText.filter { $0 != "\n" }
        var spec = ProcessSpec([programs + "/docker-registry", "serve", settings])
        spec.directory = "/"
        spec.grace = .milliseconds(200)
        return Task { [spec] in try? await Process.run(spec) { output.append(Array($1)) } }
    }

    // MARK: - Clients

    /// A directory with a `config.json` that holds the password, for `DOCKER_CONFIG`.
    package var clientConfiguration: String {
        let name = "client-\(host)"
        guard FileTree.exists(directory.path(name)) else {
            // "me:secret"
            directory.file("\(name)/config.json", #"{"auths": {"\#(host)": {"auth": "bWU6c2VjcmV0"}}}"#)
            return directory.path(name)
        }
        return directory.path(name)
    }

    /// Builds the image, pushes it as `name` and forgets it again, so that whoever wants it has to pull it. Answers the
    /// digest of its manifest.
    @discardableResult
    package func publish(_ image: TestImage, as name: String) async throws -> Digest {
        let task = TestRegistry.publishing.withLock { last in
            let task = Task { [last] in
                _ = try? await last?.value
                return try await push(image, as: name)
            }
            last = task
            return task
        }
        return try await task.value
    }

    /// One after the other: whoever removes the last tag of an image while another is being given to it takes the image
    /// away.
    private static let publishing = Mutex<Task<Digest, any Error>?>(nil)

    private func push(_ image: TestImage, as name: String) async throws -> Digest {
        let builder = try await TestEngine.shared(TestEngine.versions[0])
        let reference = "\(host)/\(name)"
        try await builder.build(image, as: reference)
        let output = try await builder.docker("push", reference, configuration: clientConfiguration)
        try await builder.docker("rmi", reference)
        let digest = output.split(separator: "digest: ").last?.prefix { $0 != " " }
        return try Digest(String(digest ?? ""))
    }
}
