import Crypto
package import Model

extension RegistryCredentials {
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
