package import Model

/// What somebody else knows of a registry: who to be there, and when its tags were pushed.
package protocol RegistryHelper: Sendable {
    /// Nil where it knows of none.
    func credentials(for reference: ImageReference) async throws(Problem) -> LentCredentials?

    /// Nil where it cannot tell. `credentials` are those for the registry itself, `url` is where that is.
    func pushed(
        in reference: ImageReference, at url: String, as credentials: RegistryCredentials?
    ) async throws(Problem) -> [String: Timestamp]?
}

/// Credentials for a while.
package struct LentCredentials: Hashable, Sendable {
    package let credentials: RegistryCredentials
    /// Nil for those that last.
    package let expires: Timestamp?

    package init(credentials: RegistryCredentials, expires: Timestamp?) {
        self.credentials = credentials
        self.expires = expires
    }
}
