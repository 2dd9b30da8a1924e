import Lifecycle
package import Model

/// Why a script of a service cannot be started.
package struct ScriptObstacle: Sendable {
    package let problem: Problem
    /// Only going back is not possible. The script may yet come with a release.
    package let isOfRollback: Bool
}

extension ScriptDriver {
    /// What can be seen before a deploy needs the scripts.
    package func obstacles(of service: Service) async throws(Problem) -> [ScriptObstacle] {
        guard case .script(let definition) = service.kind else { return [] }
        let scripts = [
            ("revision", definition.revisionScript), ("run", definition.runScript),
            ("rollback", definition.rollbackScript),
        ]
        var obstacles: [ScriptObstacle] = []
        for (key, script) in scripts {
            guard let script else { continue }
            do throws(Problem) {
                try await check(script, key: key, of: service).check()
            } catch {
                if error.code == .interrupted { throw error }
                // All three have one user and one directory.
                if obstacles.contains(where: { $0.problem == error }) { continue }
                obstacles.append(ScriptObstacle(problem: error, isOfRollback: key == "rollback"))
            }
        }
        return obstacles
    }

    func check(_ script: Script, key: String, of service: Service) -> ScriptCheck {
        ScriptCheck(script: script, directory: runner.directory, place: "\(service.place).script", key: key)
    }
}
