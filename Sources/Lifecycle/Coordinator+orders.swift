package import Model

// What people order besides deploys, and what they are told.
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
        try await inTurn(name) { () throws(Problem) in
            _ = try configured(name)
            var state = try await state(of: name)
            state.pause = mark
            try await tools.journal.save(
                state, events: [Event(at: now, kind: .paused, service: name, message: "\(name) is paused: \(reason)")])
            remember(state)
        }
    }

    /// Ends a pause; for one service a hold too, so that it follows its track again. What a hold has kept
    /// from it is deployed now.
    package func resume(_ name: String?, by: String? = nil) async throws(Problem) {
        if let name {
            let missed = try await inTurn(name) { () throws(Problem) in try await resume(service: name) }
            if missed { _ = try await request(name, Wish(), by: Trigger(.resume, by: by)) }
        } else {
            let event = Event(at: tools.clock.now(), kind: .resumed, message: "the pause of everything has ended")
            try await tools.journal.savePause(nil, events: [event])
            queue.isPaused = false
        }
        pump()
    }

    /// Whether there is a release that a hold has kept from it.
    private func resume(service name: String) async throws(Problem) -> Bool {
        guard try !configured(name).isPaused else {
            throw Problem(.conflict, "services.\(name).paused: the settings pause it, change them and reload")
        }
        var state = try await state(of: name)
        guard state.pause != nil || state.hold != nil else {
            guard !queue.isPaused else {
                throw Problem(.conflict, "\(name) is not paused by itself, everything is: resume without a name")
            }
            return false
        }
        let event =
            state.hold != nil
            ? Event(
                at: tools.clock.now(), kind: .followed, service: name, message: "\(name) follows its track again")
            : Event(
                at: tools.clock.now(), kind: .resumed, service: name, message: "\(name) is no longer paused")
        let missed = state.hold != nil && state.available != nil
        state.pause = nil
        state.hold = nil
        try await tools.journal.save(state, events: [event])
        remember(state)
        return missed
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

// MARK: - What a request changes at once

extension Coordinator {
    /// A plain deploy that a person asks for ends a hold: the service follows its track again.
    func accept(_ record: DeployRecord, at now: Timestamp) async throws(Problem) {
        do throws(Problem) {
            var changed: ServiceState?
            var events: [Event] = []
            let ends = record.trigger.kind.isPerson || record.trigger.kind == .resume
            if ends, !record.wish.holds, queue.holds[record.service] != nil {
                var state = try await state(of: record.service)
                state.hold = nil
                changed = state
                events.append(
                    Event(
                        at: now, kind: .followed, service: state.name,
                        message: "\(state.name) follows its track again"))
            }
            // A request that changed nothing, as the tenth of a burst does, costs no commit.
            if changed != nil || !queue.isDurable(record) {
                try await tools.journal.accept(record, state: changed, events: events)
            }
            if let changed { remember(changed) }
        } catch {
            queue.withdraw(record.id)
            throw error
        }
        queue.accepted(record.id)
    }

    /// Said once, not at every poll.
    func noteAvailable(
        _ name: String, _ release: Release?, reason: String, trigger: Trigger, at now: Timestamp
    ) async throws(Problem) {
        var state = try await state(of: name)
        let by = trigger.by.map { " \($0)" } ?? ""
        let available = release?.shortText ?? "announced by \(trigger.kind.rawValue)\(by)"
        guard state.available != available else { return }
        state.available = available
        let what = release?.shortText ?? "a release (\(available))"
        try await tools.journal.save(
            state,
            events: [
                Event(
                    at: now, kind: .available, service: name,
                    message: "\(what) is available for \(name) and was not deployed: \(reason)", to: release)
            ])
    }

    func block(of release: Release, on name: String, at now: Timestamp) async throws(Problem) -> Block? {
        try await tools.journal.blocks(service: name).first { $0.release.isSame(as: release) && $0.isInForce(at: now) }
    }
}
