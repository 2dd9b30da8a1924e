import Model

/// One task of a service: a container on some node, or what has become of it.
struct SwarmTask: Hashable, Sendable {
    let json: JSON

    var id: String { json["ID"]?.string ?? "" }
    var image: String { json["Spec"]?["ContainerSpec"]?["Image"]?.string ?? "" }
    var forcedUpdates: Int64 { json["Spec"]?["ForceUpdate"]?.integer ?? 0 }
    /// `running`, `failed`, `rejected`, …
    var state: String { json["Status"]?["State"]?.string ?? "" }
    var isWanted: Bool { json["DesiredState"]?.string == "running" }
    var isRunning: Bool { isWanted && state == "running" }
    var hasFailed: Bool { state == "failed" || state == "rejected" }
    /// It has ended well.
    var isComplete: Bool { state == "complete" }
    var createdAt: String { Container.comparable(json["CreatedAt"]?.string ?? "") }
    var changedAt: String { Container.comparable(json["Status"]?["Timestamp"]?.string ?? "") }
    /// On which of them it runs, or as which of several.
    var place: String { json["Slot"]?.integer.map { "\($0)" } ?? json["NodeID"]?.string ?? "" }
    var node: String? { json["NodeID"]?.string }

    /// Why it does not run.
    var words: String {
        let error = json["Status"]?["Err"]?.string ?? ""
        return error.isEmpty ? json["Status"]?["Message"]?.string ?? state : error
    }
}
