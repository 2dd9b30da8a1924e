package import Model

/// A home of its own with the service `site`, the real program, and the agent on it.
package protocol ProgramHome: Sendable {
    var tree: FileTree { get }
}

extension ProgramHome {
    package var home: String { tree.path }
    package var program: Program { Program(home: home) }

    /// A new release appears.
    package func offer(_ release: String) { tree.file("site/available", release + "\n") }

    /// The first line of the file.
    package func line(_ name: String) -> String? { tree.read(name)?.split(separator: "\n").first.map(String.init) }

    /// Runs the agent while `body` does, and stops it as a user does it.
    package func whileRunning<Value>(_ body: (RunningAgent) async throws -> Value) async throws -> Value {
        let agent = RunningAgent(program)
        guard await agent.waitUntilReady() else { throw Problem(.failed, "the agent did not start: \(agent.log)") }
        do {
            let value = try await body(agent)
            await agent.stop()
            return value
        } catch {
            await agent.stop()
            throw error
        }
    }

    package func status() async throws(Problem) -> JSON { try await program.json("status")[0] ?? .null }
    package func history() async throws(Problem) -> [JSON] { try await program.json("history").array ?? [] }
}
