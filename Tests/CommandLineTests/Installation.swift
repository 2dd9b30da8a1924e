import Glibc
import Model
import Processes
import TestKit

/// A home with the service `site`, whose releases are words in a file: `broken` cannot be run, everything else can.
final class Installation: Sendable {
    let tree = FileTree()
    var program: Program { Program(home: tree.path) }
    var home: String { tree.path }

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

    /// A new release appears.
    func offer(_ release: String) { tree.file("site/available", release + "\n") }

    /// The script waits in the middle of its work until `open`.
    func close() { tree.file("site/closed") }
    func open() { unlink(tree.path("site/closed")) }

    var release: String? { tree.read("site/current")?.split(separator: "\n").first.map(String.init) }

    /// Runs the agent while `body` does.
    func withAgent<Value>(_ body: (RunningAgent) async throws -> Value) async throws -> Value {
        let agent = RunningAgent(program)
        guard await agent.waitUntilReady() else { throw Problem(.failed, "the agent did not start: \(agent.log)") }
        do {
            let value = try await body(agent)
            open()
            await agent.stop()
            return value
        } catch {
            open()
            await agent.stop()
            throw error
        }
    }

    func status() async throws -> JSON { try await program.json("status")[0] ?? .null }
    func history() async throws -> [JSON] { try await program.json("history").array ?? [] }

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
