package import Lifecycle
package import Model

extension Agent {
    /// Takes up what was cut off, looks at every service that is polled, and waits for all that comes of it.
    package func once() async throws(Problem) -> [OnceReport] {
        try await start(polls: false)
        // What was cut off comes to its end first, so that those services are looked at too.
        let resumed = try await end(of: services.map(\.name))
        let begun = await poller.lookOnce()
        var reports: [String: OnceReport] = [:]
        for service in services {
            guard let poll = await poller.state(of: service.name) else { continue }
            reports[service.name] = OnceReport(service: service.name, poll: poll)
        }
        for (name, id) in resumed.map({ ($0, $1) }) + begun.map({ ($0, $1) }) {
            _ = try await end(of: [name])
            let activity = await coordinator.activity(of: name)
            var report = reports[name] ?? OnceReport(service: name)
            if let deploy = try await journal.deploy(id.text) { report.deploys.append(deploy) }
            if activity.waiting != nil { report.obstacle = activity.obstacle?.text }
            reports[name] = report
        }
        try await tellAll()
        return reports.values.sorted { $0.service < $1.service }
    }

    /// Waits until nothing is under way for them; what waits, for a window or for another try, waits for the agent. Answers
    /// what there was.
    private func end(of names: [String]) async throws(Problem) -> [String: DeployID] {
        var seen: [String: DeployID] = [:]
        for name in names {
            while true {
                let activity = await coordinator.activity(of: name)
                guard activity.isUnderWay else { break }
                seen[name] = activity.running ?? activity.waiting
                try await clock.sleep(for: .milliseconds(50))
            }
        }
        return seen
    }

    /// Whoever is to be told hears of it before the program ends, unless that takes long: then the next one tells.
    private func tellAll() async throws(Problem) {
        let end = clock.now() + .seconds(15)
        while clock.now() < end, try await !journal.undelivered(limit: 1).isEmpty {
            try await clock.sleep(for: .milliseconds(50))
        }
    }
}

/// What one look at a service has come to.
package struct OnceReport: Sendable {
    package let service: String
    package var poll: PollState?
    /// The one that a kill had cut off, and the one that came of the look.
    package var deploys: [DeployRecord] = []
    /// What the next deploy waits for.
    package var obstacle: String?

    init(service: String, poll: PollState? = nil) {
        self.service = service
        self.poll = poll
    }

    /// The last one that has come to an end.
    package var ended: DeployRecord? { deploys.last { $0.outcome != nil } }

    /// Why it is so, and what is still to come.
    package var note: String? {
        let reason = ended.map(\.reason) ?? poll?.finding?.reason
        let parts = [reason, obstacle].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// What could not be looked at, and what went wrong.
    package var isBad: Bool {
        if case .unknown? = poll?.finding { return true }
        return deploys.contains { deploy in
            switch deploy.outcome {
            case .rolledBack, .failed, .aborted: true
            case .deployed, .unchanged, .deferred, .blocked, nil: false
            }
        }
    }

    package var json: JSON {
        [
            "service": .string(service), "poll": poll?.json ?? .null, "outcome": JSON(ended?.outcome?.rawValue),
            "deploy": JSON((ended ?? deploys.last)?.id.text), "reason": JSON(note),
        ]
    }
}

extension Coordinator.Activity {
    /// It runs, or is about to.
    fileprivate var isUnderWay: Bool {
        guard running == nil else { return true }
        guard waiting != nil else { return false }
        switch obstacle {
        case .paused, .window, .notBefore: return false
        case .running, .turn, .limit, .prune, .notDurable, nil: return true
        }
    }
}
