package import Model

extension DeployProgress {
    /// As it goes over the wire to whoever watches.
    package var json: JSON {
        switch self {
        case .phase(let phase): ["type": "phase", "phase": .string(phase.rawValue)]
        case .phaseEnded(let phase, let result, let took):
            [
                "type": "phase-ended", "phase": .string(phase.rawValue), "result": .string(result),
                "milliseconds": .integer(took.milliseconds),
            ]
        case .line(let line): ["type": "line", "text": .string(line)]
        case .warning(let text): ["type": "warning", "text": .string(text)]
        case .waiting(let reason): ["type": "waiting", "reason": .string(reason)]
        case .goesOn: ["type": "goes-on"]
        case .layer(let layer):
            [
                "type": "layer", "layer": .string(layer.layer), "state": .string(layer.state.rawValue),
                "done": .integer(layer.done), "total": .integer(layer.total),
            ]
        case .finished(let outcome, let reason):
            ["type": "finished", "outcome": .string(outcome.rawValue), "reason": JSON(reason)]
        }
    }

    /// Nil for what a newer agent may say and this program does not know.
    package init?(json: JSON) {
        let phase = json["phase"]?.string.flatMap(Phase.init(rawValue:))
        switch (json["type"]?.string, phase) {
        case ("phase", let phase?): self = .phase(phase)
        case ("phase-ended", let phase?):
            self = .phaseEnded(
                phase, result: json["result"]?.string ?? "", took: .milliseconds(json["milliseconds"]?.integer ?? 0))
        case ("line", _): self = .line(json["text"]?.string ?? "")
        case ("warning", _): self = .warning(json["text"]?.string ?? "")
        case ("waiting", _): self = .waiting(reason: json["reason"]?.string ?? "")
        case ("goes-on", _): self = .goesOn
        case ("layer", _):
            guard let layer = json["layer"]?.string,
                let state = json["state"]?.string.flatMap(LayerProgress.State.init(rawValue:))
            else { return nil }
            self = .layer(
                LayerProgress(
                    layer, state, done: json["done"]?.integer ?? 0, total: json["total"]?.integer ?? 0))
        case ("finished", _):
            guard let outcome = json["outcome"]?.string.flatMap(Outcome.init(rawValue:)) else { return nil }
            self = .finished(outcome, reason: json["reason"]?.string)
        default: return nil
        }
    }
}
