package import Lifecycle
package import Model

extension Agent {
    /// Takes up what was cut off, looks at every service that is polled, and waits for all that comes of it.
    package func once() async throws(Problem) -> [OnceReport] {
        try await start(polls: false)
        let begun = await poller.lookOnce()
        var reports: [String: OnceReport] = [:]
        for service in services {
            guard let poll = await poller.state(of: service.name) else { continue }
            reports[service.name] = OnceReport(service: service.name, poll: poll)
        }
        for (name, id) in begun {
            // What waits, for a window or for another try, waits for the agent.
            while await coordinator.activity(of: name).isUnderWay { try await clock.sleep(for: .milliseconds(50)) }
            let activity = await coordinator.activity(of: name)
            reports[name]?.deploy = try await journal.deploy(id.text)
            reports[name]?.obstacle = activity.waiting == id ? activity.obstacle?.text : nil
        }
        // Those that a kill had cut off.
        while await coordinator.runningCount > 0 { try await clock.sleep(for: .milliseconds(50)) }
        return reports.values.sorted { $0.service < $1.service }
    }
}

/// What one look at a service has come to.
package struct OnceReport: Sendable {
    package let service: String
    package var poll: PollState?
    package var deploy: DeployRecord?
    /// What the deploy waits for.
    package var obstacle: String?

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
