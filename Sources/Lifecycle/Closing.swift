package import Model

/// Everything that becomes true at once when a deploy ends; one commit.
package struct Closing: Hashable, Sendable {
    package var record: DeployRecord
    package var entries: [JournalEntry]
    package var state: ServiceState
    package var block: Block?
    /// A good release ends the blocks of the others: they are no longer what the service would go to.
    package var clearsBlocks: Bool
    /// The next try, when there is one: deferred, or retried after a failure that blocks nothing.
    package var followUp: DeployRecord?
    package var event: Event
}

extension Closing {
    init(
        of record: DeployRecord, _ conclusion: Conclusion, lastEntry: JournalEntry?, state: ServiceState,
        blockFor: Duration?, now: Timestamp
    ) {
        self.record = record
        entries = lastEntry.map { [$0] } ?? []
        self.state = Closing.state(state, after: record, conclusion, now: now)
        block =
            conclusion.blocks
            ? record.to.map { release in
                Block(
                    service: record.service, release: release, reason: conclusion.reason ?? "failed", since: now,
                    expires: blockFor.map { now + $0 }, deploy: record.id)
            } : nil
        clearsBlocks = conclusion.outcome == .deployed
        followUp = Closing.followUp(of: record, conclusion, now: now)
        event = Event(
            at: now, kind: Event.Kind(conclusion.outcome), service: record.service, deploy: record.id,
            message: Closing.sentence(record, conclusion), from: record.from, to: record.to)
    }

    private static func state(
        _ before: ServiceState, after record: DeployRecord, _ conclusion: Conclusion, now: Timestamp
    ) -> ServiceState {
        var state = before
        switch conclusion.runs {
        case .asBefore: break
        case .unknown: state.current = nil
        case .known(let release):
            // A deploy onto the same release leaves what `rollback` goes back to.
            if conclusion.outcome == .deployed, let from = record.from, !from.isSame(as: release) {
                state.previous = from
            }
            if release?.identity != state.current?.identity { state.currentSince = now }
            state.current = release
        }
        if conclusion.outcome == .deployed || conclusion.outcome == .unchanged, record.wish.holds, record.to != nil {
            state.hold = ServiceState.Mark(
                reason: "\(record.wish.shortText) was asked for", by: record.trigger.by, since: now)
        }
        if conclusion.outcome == .deployed { state.available = nil }
        return state
    }

    /// A person who asked reads the failure and decides; what asked by itself asks again.
    private static func followUp(of record: DeployRecord, _ conclusion: Conclusion, now: Timestamp) -> DeployRecord? {
        let delay: Duration
        switch conclusion.next {
        case .nothing: return nil
        case .postponed(let duration): delay = duration
        case .retry:
            guard record.trigger.kind != .commandLine else { return nil }
            delay = RetryDelay.betweenDeploys(attempt: record.attempt)
        }
        var random = SystemRandomNumberGenerator()
        return DeployRecord(
            id: DeployID(at: now, random: &random), service: record.service, driver: record.driver,
            trigger: record.trigger, wish: record.wish, accepted: now,
            attempt: conclusion.next == .retry ? record.attempt + 1 : record.attempt, follows: record.id,
            notBefore: now + delay)
    }

    private static func sentence(_ record: DeployRecord, _ conclusion: Conclusion) -> String {
        let service = record.service
        let to = record.to?.shortText ?? "a release"
        let reason = conclusion.reason.map { ": \($0)" } ?? ""
        return switch conclusion.outcome {
        case .deployed: "\(service) runs \(to)\(conclusion.reason.map { " (\($0))" } ?? "")"
        case .rolledBack: "\(service) was rolled back to \(record.from?.shortText ?? "what ran before")\(reason)"
        case .failed: "deploy of \(service) failed\(reason)"
        case .aborted: "deploy of \(service) was aborted\(reason)"
        case .deferred: "deploy of \(service) was deferred\(reason)"
        case .blocked: "deploy of \(service) was refused\(reason)"
        case .unchanged: "\(service) is unchanged\(reason)"
        }
    }
}

extension Wish {
    /// For people.
    package var shortText: String {
        switch target {
        case .follow: "the newest release"
        case .tag(let tag): "tag \(tag)"
        case .image(let image): image
        case .previous: "the previous release"
        }
    }
}
