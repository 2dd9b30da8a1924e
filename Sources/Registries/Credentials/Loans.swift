package import Lifecycle
import Model
import Synchronization

/// Credentials that plugins have got, until they end.
package final class Loans: Sendable {
    private struct Key: Hashable {
        let use: PluginUse
        let host: String
    }

    private let clock: (any WallClock)?
    let docker: DockerAnswers?
    private let known = Mutex<[Key: (lent: LentCredentials, since: Timestamp)]>([:])

    /// So that they do not end on their way.
    private static let margin: Duration = .seconds(300)
    /// A registry that refuses whatever it is shown does not have a plugin run at every look.
    private static let shortest: Duration = .seconds(60)

    /// Without a clock nothing is kept.
    package init(clock: (any WallClock)? = nil) {
        self.clock = clock
        docker = clock.map { DockerAnswers(clock: $0) }
    }

    func credentials(
        _ use: PluginUse, for reference: ImageReference, from helper: any RegistryHelper
    ) async throws(Problem) -> RegistryCredentials? {
        let key = Key(use: use, host: reference.host)
        if let clock, let kept = known.withLock({ $0[key] }) {
            if kept.lent.expires.map({ clock.now() + Loans.margin < $0 }) ?? true { return kept.lent.credentials }
        }
        guard let lent = try await helper.credentials(for: reference) else { return nil }
        if let clock { known.withLock { $0[key] = (lent, clock.now()) } }
        return lent.credentials
    }

    /// Clouds take back what they have lent before its time, too. False when there is no point in asking for others.
    func forget(_ refused: RegistryCredentials) -> Bool {
        guard let clock else { return false }
        return known.withLock { known in
            let old = known.filter {
                $0.value.lent.credentials == refused && $0.value.since + Loans.shortest < clock.now()
            }
            for key in old.keys { known[key] = nil }
            return !old.isEmpty
        }
    }
}
