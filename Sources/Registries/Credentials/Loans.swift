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
    private let known = Mutex<[Key: LentCredentials]>([:])

    /// So that they do not end on their way.
    private static let margin: Duration = .seconds(300)

    /// Without a clock nothing is kept.
    package init(clock: (any WallClock)? = nil) { self.clock = clock }

    func credentials(
        _ use: PluginUse, for reference: ImageReference, from helper: any RegistryHelper
    ) async throws(Problem) -> RegistryCredentials? {
        let key = Key(use: use, host: reference.host)
        if let clock, let kept = known.withLock({ $0[key] }) {
            if kept.expires.map({ clock.now() + Loans.margin < $0 }) ?? true { return kept.credentials }
        }
        guard let lent = try await helper.credentials(for: reference) else { return nil }
        if clock != nil { known.withLock { $0[key] = lent } }
        return lent.credentials
    }
}
