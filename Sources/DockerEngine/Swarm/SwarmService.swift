import Lifecycle
import Model

/// A service of the Swarm as its managers describe it. The whole specification is kept: what this program does not know of
/// must not be lost when it is changed.
struct SwarmService: Hashable, Sendable {
    let json: JSON

    init(_ json: JSON) throws(Problem) {
        guard json["ID"]?.string?.isEmpty == false, json["Spec"]?["TaskTemplate"]?.object != nil else {
            throw Problem(.invalid, "the engine: a service without an id or a specification")
        }
        self.json = json
    }

    var id: String { json["ID"]?.string ?? "" }
    var name: String { spec["Name"]?.string ?? "" }
    /// Which of its changes this is; an update has to name it.
    var version: Int64 { json["Version"]?["Index"]?.integer ?? 0 }
    var spec: JSON { json["Spec"] ?? .null }
    /// As it was written: `ghcr.io/me/web:2.1@sha256:…`.
    var image: String { SwarmService.image(of: spec) }
    var forcedUpdates: Int64 { spec["TaskTemplate"]?["ForceUpdate"]?.integer ?? 0 }

    static func image(of spec: JSON) -> String { spec["TaskTemplate"]?["ContainerSpec"]?["Image"]?.string ?? "" }

    // MARK: - How many tasks there have to be

    enum Mode: Hashable {
        case replicated(Int)
        /// One on each node that may have it.
        case global
        /// It runs to its end, once.
        case job
    }

    var mode: Mode {
        if let replicated = spec["Mode"]?["Replicated"], !replicated.isNull {
            return .replicated(Int(replicated["Replicas"]?.integer ?? 1))
        }
        if let global = spec["Mode"]?["Global"], !global.isNull { return .global }
        return .job
    }

    /// As the managers count them, where they were asked for it.
    var wantedTasks: Int? { json["ServiceStatus"]?["DesiredTasks"]?.integer.map { Int($0) } }

    /// In its specification: its image's own is known to the nodes alone.
    var hasHealthCheck: Bool {
        let test = spec["TaskTemplate"]?["ContainerSpec"]?["Healthcheck"]?["Test"]?.array ?? []
        return !test.isEmpty && test.first?.string != "NONE"
    }

    // MARK: - The last update

    enum Update: Hashable {
        case none
        case underWay
        case completed
        case paused(String)
        /// Swarm goes back by itself, as its settings say.
        case goingBack(String)
        case wentBack(String)
    }

    var update: Update {
        let message = json["UpdateStatus"]?["Message"]?.string ?? ""
        return switch json["UpdateStatus"]?["State"]?.string {
        case "updating": .underWay
        case "completed": .completed
        case "paused": .paused(message)
        case "rollback_started": .goingBack(message)
        case "rollback_completed", "rollback_paused": .wentBack(message)
        default: .none
        }
    }

    /// For how long nothing need be seen of an update that goes on: Swarm waits between two tasks, and watches each.
    var pauseBetweenTasks: Duration {
        func nanoseconds(_ value: JSON?) -> Duration { .nanoseconds(value?.integer ?? 0) }
        let update = spec["UpdateConfig"]
        let container = spec["TaskTemplate"]?["ContainerSpec"]
        return nanoseconds(update?["Delay"]) + nanoseconds(update?["Monitor"])
            + nanoseconds(container?["StopGracePeriod"]) + nanoseconds(container?["Healthcheck"]?["StartPeriod"])
    }

    // MARK: - Another specification

    /// The same with another image and nothing else; `force` makes the tasks anew even when that is the same.
    func spec(with image: String, force: Bool) -> JSON {
        var spec = SwarmService.replacing(spec, image: image)
        guard force, var members = spec.object, var template = members["TaskTemplate"]?.object else { return spec }
        template["ForceUpdate"] = .integer(forcedUpdates + 1)
        members["TaskTemplate"] = .object(template)
        spec = .object(members)
        return spec
    }

    static func replacing(_ spec: JSON, image: String) -> JSON {
        guard var members = spec.object, var template = members["TaskTemplate"]?.object,
            var container = template["ContainerSpec"]?.object
        else { return spec }
        container["Image"] = .string(image)
        template["ContainerSpec"] = .object(container)
        members["TaskTemplate"] = .object(template)
        return .object(members)
    }
}
