import Model

/// Who to be at a registry, and how that is known.
struct FoundCredentials: Sendable {
    enum Origin: Hashable, Sendable {
        case service
        case settings(key: String)
        /// What `docker login` has written.
        case file(String, key: String)
        case helper(String, file: String)
    }

    let credentials: RegistryCredentials
    let origin: Origin
}

extension FoundCredentials.Origin {
    /// For people, and never a secret. `service` is whose they are.
    func text(_ service: String) -> String {
        switch self {
        case .service: "services.\(service).registry"
        case .settings(let key): "registries.\"\(key)\" of the settings"
        case .file(let path, let key): "auths.\"\(key)\" in \(path)"
        case .helper(let name, let file): "the program docker-credential-\(name), as \(file) says"
        }
    }

    /// Where to put others.
    func remedy(_ host: String, _ service: String) -> String {
        switch self {
        case .service, .settings: "put others into \(text(service))"
        case .file, .helper: "docker login \(host == ImageReference.dockerHub ? "" : host + " ")as the agent's user"
        }
    }
}
