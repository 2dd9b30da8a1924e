package import Lifecycle
package import Model
import Synchronization

/// Probes that find what they were told to: one answer for each round, the last for all that follow. None
/// at all is a service without probes.
package final class ScriptedProber: Prober {
    private let findings: Mutex<[Result<ProbeFinding, Problem>]>

    package init(_ findings: [Result<ProbeFinding, Problem>] = []) { self.findings = Mutex(findings) }

    package func probe(_ deploy: Deploy) async throws(Problem) -> ProbeFinding? {
        let finding = findings.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
        return try finding?.get()
    }
}
