import Lifecycle
import Model

/// What the journal knows of the move of one container: everything that is needed to go on or to go back, recorded
/// before anything has changed.
struct Move {
    enum Step {
        static let create = "create"
        static let connect = "connect"
        static let stopOld = "stop-old"
        static let holdOld = "hold-old"
        static let renameOld = "rename-old"
        static let renameNew = "rename-new"
        static let start = "start-new"
        static let removeNew = "remove-new"
        static let nameBack = "name-back"
        static let policyBack = "policy-back"
        static let startOld = "start-old"
        static let stopBack = "stop-back"
        static let removeOld = "remove-old"
    }

    /// The name of the service's container.
    let name: String
    let oldID: String
    let wasRunning: Bool
    let policy: JSON
    /// The id of the image that the new one has to run.
    let imageID: String
    let oldImageID: String
    let body: JSON
    let laterEndpoints: [Blueprint.Endpoint]

    /// While it is being made: from the deploy's id, so that it is found again when the answer to `create` is lost.
    let newName: String
    /// As long as the outcome is open.
    let keptName: String

    private init(
        name: String, deploy: DeployID, oldID: String, wasRunning: Bool, policy: JSON, imageID: String,
        oldImageID: String, body: JSON, laterEndpoints: [Blueprint.Endpoint]
    ) {
        self.name = name
        self.oldID = oldID
        self.wasRunning = wasRunning
        self.policy = policy
        self.imageID = imageID
        self.oldImageID = oldImageID
        self.body = body
        self.laterEndpoints = laterEndpoints
        newName = "\(name)-new-\(deploy)"
        keptName = "\(name)-old-\(deploy)"
    }

    init(_ old: Container, deploy: DeployID, imageID: String, _ blueprint: Blueprint, api: APIVersion) {
        self.init(
            name: old.name, deploy: deploy, oldID: old.id, wasRunning: old.isRunning, policy: old.restartPolicy,
            imageID: imageID, oldImageID: old.imageID, body: blueprint.createBody(api),
            laterEndpoints: blueprint.laterEndpoints(api))
    }

    /// Nil when nothing was begun.
    init?(_ steps: DeploySteps, deploy: DeployID) throws(Problem) {
        guard let intent = steps.intent(Step.create) else { return nil }
        guard let name = intent["name"]?.string, let oldID = intent["old"]?.string,
            let wasRunning = intent["was_running"]?.bool, let policy = intent["policy"],
            let imageID = intent["image"]?.string, let oldImageID = intent["old_image"]?.string,
            let body = intent["body"]
        else { throw Problem(.corrupt, "journal: what container was to be made cannot be read") }
        self.init(
            name: name, deploy: deploy, oldID: oldID, wasRunning: wasRunning, policy: policy, imageID: imageID,
            oldImageID: oldImageID, body: body,
            laterEndpoints: (intent["networks"]?.array ?? []).compactMap { endpoint in
                endpoint["network"]?.string.map {
                    Blueprint.Endpoint(network: $0, settings: endpoint["settings"] ?? .null)
                }
            })
    }

    var json: JSON {
        [
            "name": .string(name), "old": .string(oldID), "was_running": .bool(wasRunning), "policy": policy,
            "image": .string(imageID), "old_image": .string(oldImageID), "body": body,
            "networks": .array(
                laterEndpoints.map { ["network": .string($0.network), "settings": $0.settings] }),
        ]
    }
}
