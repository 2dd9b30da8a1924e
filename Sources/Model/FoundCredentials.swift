/// Who to be at a registry, and how that is known.
package struct FoundCredentials: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        case service
        case settings(key: String)
        /// A plugin of the kind `registry`, by the key of the settings that uses it.
        case plugin(String, key: String)
        /// What `docker login` has written.
        case file(String, key: String)
        case helper(String, file: String)
    }

    package let credentials: RegistryCredentials
    package let origin: Origin

    package init(credentials: RegistryCredentials, origin: Origin) {
        self.credentials = credentials
        self.origin = origin
    }
}

extension FoundCredentials.Origin {
    /// For people, and never a secret. `service` is whose they are.
    package func text(_ service: String) -> String {
        switch self {
        case .service: "services.\(service).registry"
        case .settings(let key): "registries.\"\(key)\" of the settings"
        case .plugin(let name, let key): "the plugin \(name) of registries.\"\(key)\""
        case .file(let path, let key): "auths.\"\(key)\" in \(path)"
        case .helper(let name, let file): "the program docker-credential-\(name), as \(file) says"
        }
    }

    /// Where to put others.
    package func remedy(_ host: String, _ service: String) -> String {
        switch self {
        case .service, .settings, .plugin: "put others into \(text(service))"
        case .file, .helper: "docker login \(host == ImageReference.dockerHub ? "" : host + " ")as the agent's user"
        }
    }
}
