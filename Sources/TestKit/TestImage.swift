import Glibc
package import Model
import Synchronization

/// An image of one busybox and a shell script, as a Dockerfile.
package struct TestImage: Sendable {
    package enum Stopping: Sendable {
        /// By KILL, which the image asks for: at once.
        case killed
        /// It ends when it is asked to, with code 0.
        case obedient
        /// It ignores being asked.
        case stubborn
    }

    package enum Health: Sendable {
        case healthy
        case unhealthy
        /// Healthy when it has run for so many seconds, and `starting` until then.
        case slow(seconds: Int)
        /// Never asked within the life of a test.
        case starting
    }

    /// What process 1 does, in the shell's language. What it starts last has to last.
    package var script: String
    package var stopping = Stopping.killed
    package var health: Health?
    package var environment: [String: String] = [:]
    package var labels: [String: String] = [:]
    package var volumes: [String] = []
    package var ports: [Int] = []
    /// `nobody` is there.
    package var user: String?
    package var directory: String?
    /// What runs the script's shell.
    package var entrypoint: [String] = []
    /// So many bytes that cannot be compressed and that no other image has.
    package var filling = 0

    package init(_ script: String) { self.script = script }

    /// It sleeps.
    package static let idle = TestImage("exec sleep 1d")

    /// It answers every `GET /` on port 8080 with the text, `seconds` after it was started.
    package static func web(_ text: String, after seconds: Int = 0) -> TestImage {
        var image = TestImage(
            """
            mkdir -p /tmp/www
            printf %s '\(text)' >/tmp/www/index.html
            \(seconds > 0 ? "sleep \(seconds)" : ":")
            exec httpd -f -p 8080 -h /tmp/www
            """)
        image.ports = [8080]
        return image
    }

    /// It exits with the code, after so many seconds.
    package static func exiting(_ code: Int, after seconds: Int = 0) -> TestImage {
        TestImage("sleep \(seconds); exit \(code)")
    }

    package func with(_ change: (inout TestImage) -> Void) -> TestImage {
        var image = self
        change(&image)
        return image
    }

    // MARK: - The file

    static let base = "grapnel-test/base"

    static let baseFile = """
        FROM scratch
        COPY busybox /bin/busybox
        RUN ["/bin/busybox", "sh", "-c", "/bin/busybox --install /bin && mkdir -p -m 1777 /tmp && mkdir -p /etc \
        && echo root:x:0:0:root:/:/bin/sh >/etc/passwd && echo nobody:x:65534:65534:nobody:/:/bin/sh >>/etc/passwd"]

        """

    var file: String {
        var lines = ["FROM \(TestImage.base)"]
        lines += settings("ENV", environment)
        lines += settings("LABEL", labels)
        if filling > 0 { lines.append("COPY filling /filling") }
        lines += volumes.map { "VOLUME \($0)" } + ports.map { "EXPOSE \($0)" }
        if let user { lines.append("USER \(user)") }
        if let directory { lines.append("WORKDIR \(directory)") }
        if case .killed = stopping { lines.append("STOPSIGNAL SIGKILL") }
        if let health { lines.append("HEALTHCHECK \(check(health))") }
        if !entrypoint.isEmpty { lines.append("ENTRYPOINT \(JSON.array(entrypoint.map(JSON.string)).text)") }
        let words = JSON.array(["/bin/sh", "-c", .string(program)])
        return (lines + ["CMD \(words.text)"]).joined(separator: "\n") + "\n"
    }

    private var program: String {
        let script =
            if case .slow(let seconds)? = health { "(sleep \(seconds); touch /tmp/ready) & \(script)" } else { script }
        switch stopping {
        case .killed: return script
        case .obedient: return "trap 'exit 0' TERM; (\(script)) & wait $!"
        case .stubborn: return "trap '' TERM; \(script)"
        }
    }

    private func check(_ health: Health) -> String {
        switch health {
        case .healthy: "--interval=300ms --retries=1 CMD true"
        case .unhealthy: "--interval=300ms --retries=1 CMD echo broken; false"
        case .slow: "--interval=300ms --start-period=1h --retries=1 CMD test -e /tmp/ready"
        case .starting: "--interval=1h CMD true"
        }
    }

    private func settings(_ word: String, _ pairs: [String: String]) -> [String] {
        pairs.sorted { $0.key < $1.key }.map { "\(word) \($0.key)=\(quoted($0.value))" }
    }

    /// Of a Dockerfile, where a dollar sign would begin a variable.
    private func quoted(_ text: String) -> String {
        JSON.string(text).text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "\\$")
    }
}

extension TestEngine {
    /// On this engine alone. Answers the image's id.
    @discardableResult
    package func build(_ image: TestImage, as reference: String) async throws(Problem) -> String {
        // The same file makes the same image, unless it is filled with what no other has.
        let known = image.filling == 0 ? built.withLock { $0[image.file] } : nil
        if let known, (try? await docker("tag", known, reference)) != nil { return known }
        try await buildBase()
        let files = FileTree()
        files.file("Dockerfile", image.file)
        if image.filling > 0 {
            files.file("filling", randomBytes(image.filling))
        }
        let id = try await docker("build", "--quiet", "--tag", reference, files.path)
        built.withLock { $0[image.file] = id }
        return id
    }

    private func buildBase() async throws(Problem) {
        guard try await docker("images", "--quiet", TestImage.base).isEmpty else { return }
        let files = FileTree()
        let busybox = FileTree.bytes(at: "/bin/busybox")
        guard !busybox.isEmpty else { throw Problem(.notFound, "/bin/busybox: package busybox-static is missing") }
        files.file("busybox", busybox, mode: 0o755)
        files.file("Dockerfile", TestImage.baseFile)
        try await docker("build", "--quiet", "--tag", TestImage.base, files.path)
    }
}

private func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        arc4random_buf(buffer.baseAddress!, count)
        filled = count
    }
}
