import Daemon
import Model
import Settings

extension Examination {
    /// What the owner of the containers should know; an agent says it in its log.
    func labelWarnings(_ home: Home) -> [String] {
        switch sighting {
        case .seen(let seen):
            // While an agent runs, it is what moves them.
            let moved = HomeLock.isHeld(home) ? [] : seen.moved
            return labelled.warnings.map { "\($0)" } + seen.notes
                + moved.map {
                    "container \($0.name): a deploy of \"\($0.original)\" has given it this name, so it is no service itself"
                }
        case .unknown(let problem):
            return ["containers with labels were not looked for: \(problem)"]
        case .absent(let problem):
            return settings.hasContainers ? ["containers with labels were not looked for: \(problem)"] : []
        }
    }
}
