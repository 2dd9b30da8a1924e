package import Model

/// Whose JSON web tokens are taken, and how they are checked. The algorithm is fixed here, never by a token.
package struct TokenIssuer: Hashable, Sendable {
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case hs256 = "HS256"
        case rs256 = "RS256"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    package enum Key: Hashable, Sendable {
        case secret(Secret)
        /// The path of a PEM file with the public key.
        case file(String)
        /// The URL of a set of keys.
        case keySet(String)
    }

    package let algorithm: Algorithm
    package let key: Key
    package let issuer: String?
    package let audiences: [String]
    /// How far the issuer's clock may differ from this machine's.
    package let leeway: Duration
}
