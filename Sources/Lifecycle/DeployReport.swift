package import Model

/// A deploy as the history shows it. The names are a contract.
package struct DeployReport: Hashable, Sendable {
    package struct PhaseTime: Hashable, Sendable {
        package let name: Phase
        package let result: String
        package let milliseconds: Int64
    }

    package let record: DeployRecord
    package let phases: [PhaseTime]
    /// It has begun, and nobody is at it.
    package let isCutOff: Bool

    package init(_ record: DeployRecord, entries: [JournalEntry], isCutOff: Bool = false) {
        self.record = record
        self.isCutOff = isCutOff
        var phases: [PhaseTime] = []
        var begun: [Phase: Timestamp] = [:]
        for entry in entries where entry.step.isEmpty {
            switch entry.kind {
            case .intent:
                // After a kill the phase is entered a second time; it took as long as it took.
                if begun[entry.phase] == nil { begun[entry.phase] = entry.at }
            case .result:
                guard let start = begun.removeValue(forKey: entry.phase) else { continue }
                phases.append(
                    PhaseTime(
                        name: entry.phase, result: entry.data["result"]?.string ?? "ok",
                        milliseconds: (entry.at - start).milliseconds))
            }
        }
        self.phases = phases
    }

    package var json: JSON {
        [
            "id": .string(record.id.text), "service": .string(record.service),
            "driver": .string(record.driver.rawValue), "trigger": .string(record.trigger.kind.rawValue),
            "by": JSON(record.trigger.by), "outcome": JSON(record.outcome?.rawValue), "reason": JSON(record.reason),
            "from": record.from?.json ?? .null, "to": record.to?.json ?? .null,
            "asked": .string(record.wish.shortText), "accepted": .string("\(record.accepted)"),
            "started": JSON(record.started.map { "\($0)" }),
            "finished": JSON(record.finished.map { "\($0)" }), "phase": JSON(record.phase?.rawValue),
            "attempt": .integer(Int64(record.attempt)), "follows": JSON(record.follows?.text),
            "not_before": JSON(record.notBefore.map { "\($0)" }),
            "cut_off": .bool(isCutOff), "interruptions": .integer(Int64(record.interruptions)),
            "phases": .array(
                phases.map {
                    [
                        "name": .string($0.name.rawValue), "result": .string($0.result),
                        "milliseconds": .integer($0.milliseconds),
                    ]
                }),
        ]
    }
}
