import Model
import Synchronization

/// Tokens that a registry's token server has given out, until they expire.
final class TokenCache: Sendable {
    struct Key: Hashable, Sendable {
        let realm: String
        let service: String?
        let scopes: [String]
        /// Whose token it is. Somebody who changed his password is somebody else.
        let credentials: RegistryCredentials?
    }

    private let tokens = Mutex<[Key: (token: Secret, expires: Timestamp)]>([:])

    /// More than services that any machine has; then the oldest goes.
    private static let most = 4096

    func token(_ key: Key, now: Timestamp) -> Secret? {
        tokens.withLock { tokens in
            guard let known = tokens[key] else { return nil }
            if now < known.expires { return known.token }
            tokens[key] = nil
            return nil
        }
    }

    func keep(_ token: Secret, _ key: Key, until expires: Timestamp) {
        tokens.withLock { tokens in
            if tokens.count >= TokenCache.most, let oldest = tokens.min(by: { $0.value.expires < $1.value.expires }) {
                tokens[oldest.key] = nil
            }
            tokens[key] = (token, expires)
        }
    }

    /// It was refused.
    func forget(_ key: Key) { tokens.withLock { $0[key] = nil } }
}
