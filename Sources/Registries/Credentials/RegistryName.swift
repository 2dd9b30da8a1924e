import Model

/// A registry, or a path of one, under the many names that people and programs write for it.
struct RegistryName: Hashable, Sendable {
    /// As in `ImageReference.repository`.
    let text: String

    /// Nil for what names no registry.
    init?(_ written: String) {
        var rest = written[...]
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        for version in ["/v1", "/v2"] where rest.hasSuffix(version) { rest = rest.dropLast(version.count) }
        let host = rest.prefix { $0 != "/" }
        guard !host.isEmpty else { return nil }
        let path = rest.dropFirst(host.count)
        let hubs = ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]
        text = (hubs.contains(String(host)) ? ImageReference.dockerHub : String(host)) + path
    }

    func covers(_ reference: ImageReference) -> Bool {
        reference.repository == text || reference.repository.hasPrefix(text + "/")
    }

    /// The key of the most exact one.
    static func best(of keys: some Sequence<String>, for reference: ImageReference) -> String? {
        keys.compactMap { key in RegistryName(key).map { (key: key, name: $0) } }
            .filter { $0.name.covers(reference) }
            // Of names for the same, always the same one.
            .max { ($0.name.text.utf8.count, $1.key) < ($1.name.text.utf8.count, $0.key) }?.key
    }
}
