package import Model

// What people order besides deploys.
extension Coordinator {
    /// Stops everything automatic for a service, or for all.
    package func pause(_ name: String?, reason: String, by: String?) async throws(Problem) {
        let now = tools.clock.now()
        let mark = ServiceState.Mark(reason: reason, by: by, since: now)
        guard let name else {
            try await tools.journal.savePause(
                mark, events: [Event(at: now, kind: .paused, message: "everything is paused: \(reason)")])
            queue.isPaused = true
            return
        }
        _ = try configured(name)
        var state = try await state(of: name)
        state.pause = mark
        try await tools.journal.save(
            state, events: [Event(at: now, kind: .paused, service: name, message: "\(name) is paused: \(reason)")])
        remember(state)
    }

    /// Ends a pause; for one service a hold too, so that it follows its track again.
    package func resume(_ name: String?) async throws(Problem) {
        let now = tools.clock.now()
        if let name {
            let service = try configured(name)
            var state = try await state(of: name)
            state.pause = nil
            state.hold = nil
            try await tools.journal.save(
                state, events: [Event(at: now, kind: .resumed, service: name, message: "\(name) goes on")])
            remember(state)
            if service.isPaused {
                throw Problem(.conflict, "services.\(name).paused: the settings pause it, change them and reload")
            }
        } else {
            try await tools.journal.savePause(
                nil, events: [Event(at: now, kind: .resumed, message: "the pause of everything has ended")])
            queue.isPaused = false
        }
        pump()
    }

    /// Answers what was unblocked.
    package func unblock(_ name: String, identity: String?) async throws(Problem) -> [Block] {
        let event = Event(
            at: tools.clock.now(), kind: .unblocked, service: name, message: "\(name) was unblocked")
        return try await tools.journal.unblock(service: name, identity: identity, events: [event])
    }

    /// What waits or runs for a service, and what keeps it, for `status`.
    package func activity(of name: String) -> Activity {
        Activity(
            running: queue.runningID(of: name), waiting: queue.waitingRecord(of: name)?.id,
            obstacle: queue.obstacle(for: name, at: tools.clock.now()))
    }

    package struct Activity: Hashable, Sendable {
        package var running: DeployID?
        package var waiting: DeployID?
        package var obstacle: DeployQueue.Obstacle?
    }

    private func state(of name: String) async throws(Problem) -> ServiceState {
        try await tools.journal.service(name) ?? ServiceState(name: name)
    }
}
