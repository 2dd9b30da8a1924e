/// How to reach one registry, or one path of it.
package struct RegistryAccess: Hashable, Sendable {
    package var username: String?
    package var password: Secret?
    /// Asked before the registry itself, in order.
    package var mirrors: [String]
    /// Plain HTTP. Loopback addresses are always allowed it.
    package var isInsecure: Bool
    /// Paths of PEM files.
    package var certificateAuthority: String?
    package var certificate: String?
    package var key: String?
    /// A plugin of the kind `registry`, for credentials and push times.
    package var plugin: PluginUse?

    package init(
        username: String? = nil, password: Secret? = nil, mirrors: [String] = [], isInsecure: Bool = false,
        certificateAuthority: String? = nil, certificate: String? = nil, key: String? = nil, plugin: PluginUse? = nil
    ) {
        self.username = username
        self.password = password
        self.mirrors = mirrors
        self.isInsecure = isInsecure
        self.certificateAuthority = certificateAuthority
        self.certificate = certificate
        self.key = key
        self.plugin = plugin
    }
}
