import Crypto
package import Model

/// Who the engine says it is when it asks a registry.
package struct RegistryCredentials: Hashable, Sendable {
    enum Proof: Hashable, Sendable {
        case password(user: String, Secret)
        /// What `docker login` leaves where a registry wants no password to be kept.
        case identityToken(Secret)
        case registryToken(Secret)
    }

    let server: String
    let proof: Proof

    package init(host: String, user: String, password: Secret) {
        self.init(host: host, .password(user: user, password))
    }

    init(host: String, _ proof: Proof) {
        server = host == ImageReference.dockerHub ? RegistryCredentials.dockerHubKey : host
        self.proof = proof
    }

    /// Under which Docker Hub is known to `docker login` and its helpers.
    static let dockerHubKey = "https://index.docker.io/v1/"

    /// What a request to the engine carries.
    package var headers: [(String, String)] { [("X-Registry-Auth", header)] }

    private var header: String {
        let members: JSON =
            switch proof {
            case .password(let user, let password):
                ["username": .string(user), "password": .string(password.value), "serveraddress": .string(server)]
            case .identityToken(let token):
                ["identitytoken": .string(token.value), "serveraddress": .string(server)]
            case .registryToken(let token):
                ["registrytoken": .string(token.value), "serveraddress": .string(server)]
            }
        // The engine reads nothing that is not padded, and says nothing about it.
        let text = Base64.urlSafe.encode(members.text.utf8)
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }
}
