import Glibc
import Model
import Processes
import TestKit

/// A home with the service `site`, whose releases are words in a file: `broken` cannot be run, everything else can.
final class Installation: ProgramHome {
    let tree = FileTree()

    static let settings = """
        services:
          site:
            driver: script
            script:
              directory: site
              revision: [cat, available]
              run: [./run.sh]
              rollback: [./rollback.sh]
            health: { interval: 100ms, stable: 100ms, grace: 5s }
        """

    init() {
        tree.file("grapnel.yaml", Installation.settings + "\n")
        tree.script(
            "site/run.sh",
            """
            echo "moving to $GRAPNEL_TO"
            echo "$GRAPNEL_TO" >current
            while [ -e closed ]; do sleep 0.05; done
            [ "$GRAPNEL_TO" != broken ] || { echo "it does not start" >&2; exit 1; }
            """)
        tree.script("site/rollback.sh", #"echo "$GRAPNEL_RESTORE" >current"#)
        offer("v1")
    }

    /// The script waits in the middle of its work until `open`.
    func close() { tree.file("site/closed") }
    func open() { unlink(tree.path("site/closed")) }

    var release: String? { line("site/current") }

    /// Runs the agent while `body` does; a script that waits then does so no longer, or the agent would wait for it.
    func withAgent<Value>(_ body: (RunningAgent) async throws -> Value) async throws -> Value {
        try await whileRunning { agent in
            defer { open() }
            return try await body(agent)
        }
    }

    /// The newest deploy, as soon as it has ended.
    func outcome() async throws -> String? {
        var outcome: String?
        await wait {
            outcome = try? await history().first?["outcome"]?.string
            return outcome != nil
        }
        return outcome
    }

    /// Waits until the script is half-way.
    func isRunning(_ release: String) async -> Bool { await wait { self.release == release } }
}

extension ProcessResult {
    var exitCode: Int32? { if case .exited(let code) = ending { code } else { nil } }
}

extension JSON {
    var names: Set<String> { Set(object?.pairs.map(\.key) ?? []) }
}
