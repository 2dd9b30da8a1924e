package import Lifecycle
package import Model

extension Agent {
    /// Takes up what was cut off, looks at every service that is polled, and waits for all that comes of it.
    package func once() async throws(Problem) -> [OnceReport] {
        try await start(polls: false)
        // What was cut off comes to its end first, so that those services are looked at too.
        var deploys = try await end(of: services.map(\.name))
        deploys.merge(await poller.lookOnce()) { _, new in new }
        var reports: [String: OnceReport] = [:]
        for service in services {
            guard let poll = await poller.state(of: service.name) else { continue }
            reports[service.name] = OnceReport(service: service.name, poll: poll)
        }
        for (name, id) in deploys {
            _ = try await end(of: [name])
            let activity = await coordinator.activity(of: name)
            var report = reports[name] ?? OnceReport(service: name)
            report.deploy = try await journal.deploy(id.text)
            report.obstacle = activity.waiting == id ? activity.obstacle?.text : nil
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
    package var deploy: DeployRecord?
    /// What the deploy waits for.
    package var obstacle: String?

    init(service: String, poll: PollState? = nil) {
        self.service = service
        self.poll = poll
    }

    /// Where there was no deploy, or it has not begun.
    package var note: String? {
        if let obstacle { return obstacle }
        return deploy == nil ? poll?.finding?.reason : nil
    }

    /// What could not be looked at, and what went wrong.
    package var isBad: Bool {
        if case .unknown? = poll?.finding { return true }
        switch deploy?.outcome {
        case .rolledBack, .failed, .aborted: return true
        case .deployed, .unchanged, .deferred, .blocked, nil: return false
        }
    }

    package var json: JSON {
        [
            "service": .string(service), "poll": poll?.json ?? .null, "outcome": JSON(deploy?.outcome?.rawValue),
            "deploy": JSON(deploy?.id.text), "reason": JSON(deploy?.reason ?? note),
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
