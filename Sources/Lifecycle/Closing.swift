package import Model

/// Everything that becomes true at once when a deploy ends; one commit.
package struct Closing: Hashable, Sendable {
    package var record: DeployRecord
    package var entries: [JournalEntry]
    package var state: ServiceState
    package var block: Block?
    /// A good release on the service's track ends the blocks of the others: they are no longer what the
    /// service would go to.
    package var clearsBlocks: Bool
    /// Its own block ends, if it had one: it works after all.
    package var proven: Release?
    /// What is to wait from now on: the next try of a deploy that was deferred, or that failed in a way
    /// which blocks nothing. A new row, or one that waits already and takes it over.
    package var followUp: DeployRecord?
    package var event: Event
}

extension Closing {
    /// `merge` answers what is to wait when this try is wanted; nil if it is moot.
    package init(
        _ end: DeployEnd, state: ServiceState, blockFor: Duration?, now: Timestamp,
        merge: (DeployRecord) -> DeployRecord? = { $0 }
    ) {
        let record = end.record
        let conclusion = end.conclusion
        let isDeployed = conclusion.outcome == .deployed
        self.record = record
        entries = end.lastEntry.map { [$0] } ?? []
        self.state = Closing.state(state, after: record, conclusion, now: now)
        block = Closing.block(record, conclusion, blockFor: blockFor, now: now)
        clearsBlocks =
            isDeployed && !record.holds && record.trigger.kind != .heal && record.to?.isSame(as: record.from) == false
        proven = isDeployed ? record.to : nil
        followUp = Closing.followUp(of: record, conclusion, now: now).flatMap(merge)
        event = Event(
            at: now, kind: Event.Kind(conclusion.outcome), service: record.service, deploy: record.id,
            message: Closing.sentence(record, conclusion, nextTry: followUp?.notBefore.map { $0 - now }),
            from: record.from, to: record.to)
    }

    private static func block(
        _ record: DeployRecord, _ conclusion: Conclusion, blockFor: Duration?, now: Timestamp
    ) -> Block? {
        // What has no name can never come back under it.
        guard conclusion.blocks, let release = record.to, release != .nameless(in: record.id) else { return nil }
        return Block(
            service: record.service, release: release, reason: conclusion.reason ?? "failed", since: now,
            expires: blockFor.map { now + $0 }, deploy: record.id)
    }

    private static func state(
        _ before: ServiceState, after record: DeployRecord, _ conclusion: Conclusion, now: Timestamp
    ) -> ServiceState {
        var state = before
        let isDeployed = conclusion.outcome == .deployed
        switch conclusion.runs {
        case .asBefore: break
        case .unknown:
            if state.current != nil || state.currentSince == nil { state.currentSince = now }
            state.current = nil
            // The last that is known to have worked is what somebody wants back now.
            if let from = record.from, record.wish.target != .previous { state.previous = from }
        case .known(let release):
            // A deploy onto the same release leaves what `rollback` goes back to.
            if isDeployed, let from = record.from, !from.isSame(as: release) {
                // Somebody who asks once more does not want back what was just left.
                state.previous = record.wish.target == .previous ? nil : from
            }
            if release?.identity != state.current?.identity { state.currentSince = now }
            state.current = release
        }
        if isDeployed || conclusion.outcome == .unchanged, record.to != nil {
            if record.holds {
                state.hold = ServiceState.Mark(
                    reason: "\(record.wish.shortText) was asked for", by: record.trigger.by, since: now)
            } else if record.trigger.kind.isPerson {
                // A chosen release that was still on its way when this one was asked for set a hold since.
                state.hold = nil
            }
        }
        if isDeployed || conclusion.outcome == .unchanged && !record.wish.holds { state.available = nil }
        return state
    }
}

// MARK: - The next try

extension Closing {
    /// How often a release that somebody named is tried. Without an end, a slip in a name would keep the
    /// service from its track for ever.
    private static let chosenAttempts = 8

    /// A hook that puts off by nothing would be asked again without end.
    private static let shortestDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(366 * 86_400)

    private static func followUp(of record: DeployRecord, _ conclusion: Conclusion, now: Timestamp) -> DeployRecord? {
        guard let delay = delay(after: record, conclusion.next) else { return nil }
        // Whoever got as far as a hook that asks to wait does not keep failing.
        let attempt = if case .retry = conclusion.next { record.attempt + 1 } else { 1 }
        var random = SystemRandomNumberGenerator()
        return DeployRecord(
            id: DeployID(at: now, random: &random), service: record.service, driver: record.driver,
            trigger: record.trigger, wish: record.wish, accepted: now, attempt: attempt, follows: record.id,
            notBefore: now + delay)
    }

    /// A person who asked reads the failure and decides; what asked by itself asks again.
    private static func delay(after record: DeployRecord, _ next: Conclusion.Next) -> Duration? {
        switch next {
        case .nothing: return nil
        case .postponed(let duration): return min(max(duration, shortestDelay), longestDelay)
        case .retry(let isTransient):
            guard record.trigger.kind != .commandLine else { return nil }
            if record.wish.holds, !isTransient || record.attempt >= chosenAttempts { return nil }
            return RetryDelay.betweenDeploys(attempt: record.attempt)
        }
    }

    private static func sentence(_ record: DeployRecord, _ conclusion: Conclusion, nextTry: Duration?) -> String {
        let service = record.service
        let to = record.to?.shortText ?? "a release"
        let reason = conclusion.reason.map { ": \($0)" } ?? ""
        let retry = nextTry.map { "; next try in \($0.text)" } ?? ""
        return switch conclusion.outcome {
        case .deployed:
            "\(service) runs \(to)\(record.holds ? " and is held on it" : "")"
                + (conclusion.reason.map { " (\($0))" } ?? "")
        case .rolledBack:
            "\(service) was rolled back to \(record.from?.shortText ?? "what ran before")\(reason)\(retry)"
        case .failed: "deploy of \(service) failed\(reason)\(retry)"
        case .aborted: "deploy of \(service) was aborted\(reason)\(retry)"
        case .deferred: "deploy of \(service) was deferred\(nextTry.map { " for \($0.text)" } ?? "")\(reason)"
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
