package import Model

/// A container as the engine describes it. The whole description is kept: what this program does not know of must
/// not be lost when the container is made anew.
package struct Container: Hashable, Sendable {
    package let json: JSON

    package init(_ json: JSON) throws(Problem) {
        guard json["Id"]?.string?.isEmpty == false, json["Name"]?.string != nil else {
            throw Problem(.invalid, "the engine: a container without an id or a name")
        }
        self.json = json
    }

    package var id: String { json["Id"]?.string ?? "" }
    /// Without the slash that the engine puts in front.
    package var name: String { String((json["Name"]?.string ?? "").drop { $0 == "/" }) }
    /// What people see, and what is the host's name unless they choose another.
    package var shortID: String { String(id.prefix(12)) }

    package var config: JSON { json["Config"] ?? .null }
    package var hostConfig: JSON { json["HostConfig"] ?? .null }
    package var labels: [String: String] {
        Dictionary(
            (config["Labels"]?.object?.pairs ?? []).map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
    }

    /// The reference that it was made from, as it was written.
    package var imageReference: String { config["Image"]?.string ?? "" }
    package var imageID: String { json["Image"]?.string ?? "" }

    /// On containers that this program has made: what they follow, since they are made from a digest.
    static let followsLabel = "grapnel.image"
    /// The reference of what they run, where that is another one: a person or a hook has chosen it.
    static let runsLabel = "grapnel.runs"

    /// What its image is called, as far as that is known.
    package var runningImage: ImageReference? {
        get throws(Problem) {
            guard let text = labels[Container.runsLabel] else { return try followedImage }
            return try ImageReference(text)
        }
    }

    /// The repository and tag that it follows, when its owner does not say; nil when it was made from an image's id.
    package var followedImage: ImageReference? {
        get throws(Problem) {
            let text = labels[Container.followsLabel] ?? imageReference
            if (try? Digest(text)) != nil { return nil }
            let reference = try ImageReference(text)
            guard reference.digest != nil else { return reference }
            return try reference.tag.map { tag throws(Problem) in try reference.tagged(tag) } ?? reference.untagged
        }
    }

    /// It is removed as soon as it stops, and its anonymous volumes with it.
    package var isRemovedAtStop: Bool { hostConfig["AutoRemove"]?.bool ?? false }
    package var restartPolicy: JSON { hostConfig["RestartPolicy"] ?? ["Name": "no", "MaximumRetryCount": 0] }
    package var restartsByItself: Bool { Container.restartsByItself(restartPolicy) }
    static func restartsByItself(_ policy: JSON) -> Bool { !["", "no"].contains(policy["Name"]?.string ?? "") }
    package var networkMode: String { hostConfig["NetworkMode"]?.string ?? "default" }
}

// MARK: - Its state

extension Container {
    private var state: JSON { json["State"] ?? .null }

    /// Also while it is paused, or between two restarts.
    package var isRunning: Bool { state["Running"]?.bool ?? false }
    package var isPaused: Bool { state["Paused"]?.bool ?? false }
    package var isRestarting: Bool { state["Restarting"]?.bool ?? false }
    /// Both so that one that is later is also greater.
    package var startedAt: String { Container.comparable(state["StartedAt"]?.string ?? "") }
    package var finishedAt: String { Container.comparable(state["FinishedAt"]?.string ?? "") }
    /// Since it was made.
    package var hasRun: Bool { state["Status"]?.string != "created" }
    package var wasKilledForMemory: Bool { state["OOMKilled"]?.bool ?? false }
    /// Why the engine could not start it the last time.
    package var startRefusal: String? {
        let text = state["Error"]?.string ?? ""
        return text.isEmpty ? nil : text
    }
    package var exitCode: Int { Int(state["ExitCode"]?.integer ?? 0) }
    package var restartCount: Int { Int(json["RestartCount"]?.integer ?? 0) }

    /// The engine leaves out the zeros at the end of a second's fraction: `2026-11-21T10:00:00.12Z`.
    package static func comparable(_ moment: String) -> String {
        let parts = moment.split(separator: ".", maxSplits: 1)
        let fraction = parts.dropFirst().first.map { $0.filter(\.isNumber) } ?? ""
        let seconds = parts.first.map { $0.filter { $0 != "Z" } } ?? ""
        return seconds + "." + fraction + String(repeating: "0", count: max(0, 9 - fraction.count))
    }

    /// Nil when it has no health check.
    package var healthStatus: String? {
        guard let status = state["Health"]?["Status"]?.string, status != "none" else { return nil }
        return status
    }

    /// What its health check has printed last.
    package var healthOutput: String? {
        let last = state["Health"]?["Log"]?.array?.last?["Output"]?.string
        return last?.split(whereSeparator: \.isNewline).last.map(String.init)
    }

    package var healthCheck: HealthCheck? { HealthCheck(config["Healthcheck"] ?? .null) }

    /// Docker's own check, with the engine's defaults where nothing is said.
    package struct HealthCheck: Hashable, Sendable {
        package let startPeriod: Duration
        package let interval: Duration

        init?(_ json: JSON) {
            guard let test = json["Test"]?.array, let kind = test.first?.string, kind != "NONE" else { return nil }
            startPeriod = .nanoseconds(json["StartPeriod"]?.integer ?? 0)
            let interval = json["Interval"]?.integer ?? 0
            self.interval = interval > 0 ? .nanoseconds(interval) : .seconds(30)
        }
    }
}
