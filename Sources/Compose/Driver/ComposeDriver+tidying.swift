import Lifecycle
import Model

/// What a compose that was killed has left half done: while it makes a container anew, one of the two has a name that
/// begins with the old one's id, and keeps it when compose does not come to its end.
extension ComposeDriver {
    func tidyUp(after move: ComposeMove) async throws(Problem) {
        // A stop that compose has asked for goes on in the engine without it, and the container looks as if it ran until it
        // is over: whoever compared it with the files now would leave it as it is. To ask again is to wait for it.
        for container in try await containers(of: move.project, (move.parts + move.dependents).map(\.service))
        where container.look.running == .running {
            if try await host.isBeingEnded(container) { try await host.stop(container) }
        }
        let containers = try await containers(of: move.project, move.services)
        for container in containers where !container.hasRun {
            guard let (old, _) = ComposeDriver.passing(container), containers.contains(where: { $0.id.hasPrefix(old) })
            else { continue }
            // One beside the old one, of which nothing has come yet. Without that it is all that there is.
            try await host.remove(container)
        }
    }

    /// What is through has the name that it should have.
    func giveNamesBack(_ move: ComposeMove) async throws(Problem) {
        let containers = try await containers(of: move.project, move.services)
        for container in containers {
            guard let (_, name) = ComposeDriver.passing(container), !containers.contains(where: { $0.name == name })
            else { continue }
            try await host.rename(container, to: name)
        }
    }

    /// For a name such as `0123456789ab_site-web-1` the id and the rest.
    static func passing(_ container: HostedContainer) -> (old: String, name: String)? {
        let parts = container.name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].count == 12, parts[0].allSatisfy(\.isHexDigit) else { return nil }
        return (String(parts[0]), String(parts[1]))
    }
}
