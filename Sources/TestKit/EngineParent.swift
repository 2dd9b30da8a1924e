import Glibc
import Model
import Synchronization

/// The directory in which this process keeps its engines and registries. A program outside this process waits for its
/// end and removes them all: nothing here would be run after a crash.
final class EngineParent: Sendable {
    private let path: String
    private let count = Atomic(0)

    static let script =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/contrib/engine.sh"

    /// Where contrib/engine.sh finds what it has fetched.
    static let environment: [String: String] = {
        var result = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        for name in ["HOME", "XDG_CACHE_HOME", "GRAPNEL_TEST_CACHE"] {
            result[name] = getenv(name).map { String(cString: $0) }
        }
        return result
    }()

    private static let made = Result<EngineParent, Problem> { () throws(Problem) in try EngineParent() }

    static func shared() throws(Problem) -> EngineParent { try made.get() }

    private init() throws(Problem) {
        // contrib/test.sh names a directory that it sweeps in the end.
        let above = getenv("GRAPNEL_TEST_ENGINES").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(above)/grapnel-engines-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Problem(.failed, "\(above): no directory can be made there") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // With `e` nobody inherits the pipe, so it ends with this process. It is never closed here.
        guard popen("exec setsid '\(EngineParent.script)' guard '\(path)' >/dev/null 2>&1", "we") != nil else {
            throw Problem(.failed, "\(EngineParent.script): it cannot be started")
        }
    }

    /// A path that nothing else has. Short: a socket's path may have 107 bytes.
    func place(for name: String) -> String {
        "\(path)/\(name)-\(count.add(1, ordering: .relaxed).newValue)"
    }
}
