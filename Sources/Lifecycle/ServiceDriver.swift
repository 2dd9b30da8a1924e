package import Model

/// How one kind of service is moved. The core decides when; a driver only knows how, and how to undo it.
///
/// Errors: `.unreachable` means that the other side does not answer and nothing is known; where the world
/// may already have changed the core then waits and asks again. `.interrupted` means that the agent is
/// being stopped. `.failed` and `.timeout` in `up` mean that the release was tried and did not work, so that it
/// is blocked; everything else, that something stood in its way.
package protocol ServiceDriver: Sendable {
    /// Refuses a wish that makes no sense for the service, before it becomes a deploy.
    func check(_ wish: Wish, for service: Service) throws(Problem)

    /// The tags that a release can be chosen from; nil where there is no such thing.
    func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates?

    /// When the release was pushed or made; nil when nobody knows.
    func published(_ release: Release, _ deploy: Deploy) async throws(Problem) -> Timestamp?

    /// What runs now, and what is wanted. `chosen` is the tag that a hook selected. `state` is what the
    /// journal remembers of the service. Changes nothing.
    func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan

    /// What would be written to files for the release, a line for each place. Changes nothing.
    func changes(to release: Release, _ deploy: Deploy) async throws(Problem) -> [String]

    /// What is there of it now, while no deploy is under way; `current` is the release that was deployed last. Nil when
    /// there is nothing that could be looked at.
    func presence(of service: Service, current: Release?) async throws(Problem) -> Presence?

    /// Brings the wanted release to this machine. Leaves what runs alone; may be repeated.
    func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem)

    /// Moves the service over. Writes each change ahead through `steps`. After a kill it is called again,
    /// if `afterInterruption` said so, and goes on from where `steps` shows that it was.
    func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem)

    /// One look for the gate, at the new release or at the restored old one.
    func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look

    /// Puts the old release back. May be called with any part of `up` done, and again after a kill.
    func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone

    /// The new release stays: tidy away what was kept of the old one. May be repeated.
    func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem)

    /// The agent was killed during `up`. Looks at the journal and the world: can it go on?
    func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation

    /// Nobody is at the deploy any more, be it that it has ended or that the agent is being stopped.
    func ended(_ deploy: DeployID)
}

/// Scripts leave nothing behind that could be looked at, and nothing in memory; their revisions have no age. Who
/// writes no files has no changes to show.
extension ServiceDriver {
    package func published(_ release: Release, _ deploy: Deploy) async throws(Problem) -> Timestamp? { nil }
    package func changes(to release: Release, _ deploy: Deploy) async throws(Problem) -> [String] { [] }
    package func presence(of service: Service, current: Release?) async throws(Problem) -> Presence? { nil }
    package func ended(_ deploy: DeployID) {}
}

package struct Candidates: Sendable {
    package var tags: [String]
    /// What runs now; nil when that is not known, or is none of a repository's tags.
    package var current: String?
    package var times: (any TagTimes)?

    package init(_ tags: [String], current: String? = nil, times: (any TagTimes)? = nil) {
        self.tags = tags
        self.current = current
        self.times = times
    }
}

package struct Plan: Hashable, Sendable {
    package var from: Release?
    /// Nil when there is nothing that could be deployed; `reason` says why.
    package var to: Release?
    package var reason: String?

    package init(from: Release?, to: Release?, reason: String? = nil) {
        self.from = from
        self.to = to
        self.reason = reason
    }
}

package enum Undone: Hashable, Sendable {
    case restored
    /// Nothing to go back to, or no way: the reason goes into the history.
    case notRestored(reason: String)
}

package enum Continuation: Hashable, Sendable {
    case goOn
    case undo(reason: String)
}
