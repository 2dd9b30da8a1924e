import Glibc
package import Model
package import Processes

/// The real program on a home of its own, as a user has it.
package struct Program: Sendable {
    /// The build puts it beside the tests.
    package static let path: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink("/proc/self/exe", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        let tests = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return "\(tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)])/grapnel"
    }()

    /// Without the engine that the machine may have: its containers are none of a test's business.
    package static let environment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    ]

    package let home: String

    package init(home: String) { self.home = home }

    package func spec(_ words: [String], _ environment: [String: String] = [:]) -> ProcessSpec {
        var spec = ProcessSpec([Program.path] + words + ["--home", home])
        spec.environment = Program.environment.merging(environment) { _, new in new }
        spec.directory = "/"
        spec.timeout = .seconds(120)
        spec.outputLimit = 1 << 20
        return spec
    }

    /// One command, to its end.
    @discardableResult
    package func run(
        _ words: String..., environment: [String: String] = [:]
    ) async throws(Problem) -> ProcessResult {
        try await Process.run(spec(words, environment))
    }

    package func json(_ words: String...) async throws(Problem) -> JSON {
        let result = try await Process.run(spec(words + ["--json"]))
        guard result.ending == .exited(0) else {
            throw Problem(.failed, "\(words.joined(separator: " ")): \(result.ending): \(result.errorsText)")
        }
        return try JSON(parsing: result.output)
    }
}
