/// Who to be at a registry.
package struct RegistryCredentials: Hashable, Sendable {
    package enum Proof: Hashable, Sendable {
        case password(user: String, Secret)
        /// What `docker login` leaves where a registry wants no password to be kept.
        case identityToken(Secret)
        case registryToken(Secret)
    }

    /// As in an image's name.
    package let host: String
    package let proof: Proof

    package init(host: String, user: String, password: Secret) {
        self.init(host: host, .password(user: user, password))
    }

    package init(host: String, _ proof: Proof) {
        self.host = host
        self.proof = proof
    }

    /// Under which the registry is known to `docker login`, its helpers and the engine.
    package var server: String { RegistryCredentials.server(of: host) }

    package static func server(of host: String) -> String {
        host == ImageReference.dockerHub ? "https://index.docker.io/v1/" : host
    }
}
