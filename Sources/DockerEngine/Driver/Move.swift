import Lifecycle
import Model

/// What the journal knows of the move of one service: everything that is needed to go on or to go back, recorded
/// before anything has changed.
struct Move {
    enum Step {
        static let seen = "seen"
        static let create = "create"
        static let stopOld = "stop-old"
        static let holdOld = "hold-old"
        static let renameOld = "rename-old"
        static let renameNew = "rename-new"
        static let start = "start-new"
        static let startAgain = "start-again"
        static let removeNew = "remove-new"
        static let nameBack = "name-back"
        static let policyBack = "policy-back"
        static let startOld = "start-old"
        static let stopBack = "stop-back"
        static let removeOld = "remove-old"
    }

    /// The service's container.
    let own: Part
    /// Those that live in its namespaces or are linked to it; each after the one that it depends on.
    let dependents: [Part]

    init(own: Part, dependents: [Part]) {
        self.own = own
        self.dependents = dependents
    }

    /// Nil when nothing was begun.
    init?(_ steps: DeploySteps, deploy: DeployID) throws(Problem) {
        guard let intent = steps.intent(Step.create) else { return nil }
        own = try Part(intent, isOwn: true, deploy: deploy)
        var dependents: [Part] = []
        for record in intent["dependents"]?.array ?? [] {
            dependents.append(try Part(record, isOwn: false, deploy: deploy))
        }
        self.dependents = dependents
    }

    var json: JSON {
        guard var members = own.json.object, !dependents.isEmpty else { return own.json }
        members["dependents"] = .array(dependents.map(\.json))
        return .object(members)
    }

    /// In the order in which they can be made and started.
    var parts: [Part] { [own] + dependents }
}
