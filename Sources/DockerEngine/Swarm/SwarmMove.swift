import Lifecycle
import Model

/// What the journal knows of the move of one Swarm service: recorded before anything has changed.
struct SwarmMove: Sendable {
    enum Step {
        static let update = "update"
        static let revert = "revert"
    }

    /// As it was, whole.
    let oldSpec: JSON
    let newSpec: JSON
    /// When it was changed last; what failed before that was another release, or another time.
    let since: String

    var newImage: String { SwarmService.image(of: newSpec) }
    var oldImage: String { SwarmService.image(of: oldSpec) }
    var forcedUpdates: Int64 { newSpec["TaskTemplate"]?["ForceUpdate"]?.integer ?? 0 }

    init(_ service: SwarmService, to image: String, force: Bool, since: String) {
        oldSpec = service.spec
        newSpec = service.spec(with: image, force: force)
        self.since = since
    }

    /// Nil when nothing was begun.
    init?(_ steps: DeploySteps) throws(Problem) {
        guard let record = steps.intent(Step.update) else { return nil }
        guard let old = record["old"], let new = record["new"], let since = record["since"]?.string else {
            throw Problem(.corrupt, "journal: how the Swarm service was to be updated cannot be read")
        }
        (oldSpec, newSpec, self.since) = (old, new, since)
    }

    var json: JSON { ["old": oldSpec, "new": newSpec, "since": .string(since)] }
}
