package import Model

/// Finds and runs hooks. Implemented by the module `Hooks`; recorded by tests.
package protocol HookSource: Sendable {
    /// Hooks are found anew for each deploy, and share values for as long as it lasts.
    func session(for deploy: Deploy) -> any HookSession

    /// Who chooses when no hook does; nil for a service whose settings name no plugin for that.
    func policy(for service: Service) -> (any TagPolicy)?
}

extension HookSource {
    package func policy(for service: Service) -> (any TagPolicy)? { nil }
}

package protocol HookSession: Sendable {
    /// In the order in which they run.
    func hooks(at point: HookPoint) async -> [any Hook]
    func close() async
}

package protocol Hook: Sendable {
    /// Unique among the hooks of one point, and the same after a restart: it is what the journal knows it by.
    var name: String { get }
    /// It may be run again when nobody knows how its last run ended.
    var isIdempotent: Bool { get }
    /// A hook that errs, times out or answers nonsense throws; `.interrupted` when the agent is being stopped.
    func run(_ event: HookEvent) async throws(Problem) -> HookAnswer
}

/// The probes that Grapnel makes itself: http, tcp, exec.
package protocol Prober: Sendable {
    /// One round over all probes of the service; nil when it has none.
    func probe(_ deploy: Deploy) async throws(Problem) -> ProbeFinding?
}

package enum ProbeFinding: Hashable, Sendable {
    case healthy
    case notYet(reason: String)
}

/// Ends what a killed agent left running for a deploy: its hooks, its scripts.
package protocol OrphanEnder: Sendable {
    func endOrphans(of deploy: DeployID) async throws(Problem)
}
