import Lifecycle
import Model

/// One container of a move: the service's own, or one that depends on it and has to be made anew with it.
struct Part {
    /// The name of the container.
    let name: String
    let oldID: String
    let wasRunning: Bool
    let policy: JSON
    /// How often its policy had started it again before the deploy.
    let oldRestarts: Int
    /// The id of the image that the new one has to run.
    let imageID: String
    let oldImageID: String
    let body: JSON
    let laterEndpoints: [Blueprint.Endpoint]

    /// While it is being made: from the deploy's id, so that it is found again when the answer to `create` is lost.
    let newName: String
    /// As long as the outcome is open.
    let keptName: String
    private let isOwn: Bool

    init(
        _ old: Container, wasRunning: Bool, imageID: String, _ blueprint: Blueprint, api: APIVersion, isOwn: Bool,
        deploy: DeployID
    ) {
        self.init(
            name: old.name, oldID: old.id, wasRunning: wasRunning, policy: old.restartPolicy,
            oldRestarts: old.restartCount, imageID: imageID,
            oldImageID: old.imageID, body: blueprint.createBody(api), laterEndpoints: blueprint.laterEndpoints(api),
            isOwn: isOwn, deploy: deploy)
    }

    private init(
        name: String, oldID: String, wasRunning: Bool, policy: JSON, oldRestarts: Int, imageID: String,
        oldImageID: String, body: JSON,
        laterEndpoints: [Blueprint.Endpoint], isOwn: Bool, deploy: DeployID
    ) {
        self.name = name
        self.oldID = oldID
        self.wasRunning = wasRunning
        self.policy = policy
        self.oldRestarts = oldRestarts
        self.imageID = imageID
        self.oldImageID = oldImageID
        self.body = body
        self.laterEndpoints = laterEndpoints
        self.isOwn = isOwn
        newName = "\(name)\(Part.newMark)\(deploy)"
        keptName = "\(name)\(Part.keptMark)\(deploy)"
    }

    init(_ record: JSON, isOwn: Bool, deploy: DeployID) throws(Problem) {
        guard let name = record["name"]?.string, let oldID = record["old"]?.string,
            let wasRunning = record["was_running"]?.bool, let policy = record["policy"],
            let imageID = record["image"]?.string, let oldImageID = record["old_image"]?.string,
            let body = record["body"]
        else { throw Problem(.corrupt, "journal: what container was to be made cannot be read") }
        self.init(
            name: name, oldID: oldID, wasRunning: wasRunning, policy: policy,
            oldRestarts: Int(record["old_restarts"]?.integer ?? 0), imageID: imageID,
            oldImageID: oldImageID, body: body,
            laterEndpoints: (record["networks"]?.array ?? []).compactMap { endpoint in
                endpoint["network"]?.string.map {
                    Blueprint.Endpoint(network: $0, settings: endpoint["settings"] ?? .null)
                }
            },
            isOwn: isOwn, deploy: deploy)
    }

    var json: JSON {
        [
            "name": .string(name), "old": .string(oldID), "was_running": .bool(wasRunning), "policy": policy,
            "old_restarts": .integer(Int64(oldRestarts)), "image": .string(imageID), "old_image": .string(oldImageID),
            "body": body,
            "networks": .array(
                laterEndpoints.map { ["network": .string($0.network), "settings": $0.settings] }),
        ]
    }

    /// The name of one of its steps in the journal.
    func step(_ step: String) -> String { isOwn ? step : "\(step) \(name)" }

    /// Of the container made in this deploy; nil as long as nobody knows it.
    func newID(_ steps: DeploySteps) -> String? { steps.result(step(Move.Step.create))?["id"]?.string }

    /// Those that have to be there for it to start.
    var networks: [String] {
        var names = body["NetworkingConfig"]?["EndpointsConfig"]?.object?.pairs.map(\.key) ?? []
        names += laterEndpoints.map(\.network)
        let mode = body["HostConfig"]?["NetworkMode"]?.string ?? "default"
        let isBuiltIn = ["", "default", "bridge", "host", "none"].contains(mode)
        if !isBuiltIn, !mode.hasPrefix("container:"), !names.contains(mode) { names.append(mode) }
        return names
    }

    // MARK: - Names

    private static let newMark = "-new-"
    private static let keptMark = "-old-"

    /// Whether a name is one that a container only has while some deploy is under way.
    static func isPassing(_ name: String) -> Bool { original(of: name) != nil }

    /// For such a name, the one that the container had before or will have.
    static func original(of name: String) -> String? {
        guard DeployID.isText(name.suffix(10)) else { return nil }
        let rest = name.dropLast(10)
        let mark = [newMark, keptMark].first { rest.hasSuffix($0) && rest.count > $0.count }
        return mark.map { String(rest.dropLast($0.count)) }
    }
}
