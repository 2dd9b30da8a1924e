import Model

extension Value {
    func registries() -> [String: RegistryAccess] {
        var result: [String: RegistryAccess] = [:]
        for entry in entries("a mapping of hosts to settings") {
            let access = entry.value.registryAccess()
            // Completed like an image's name, so that each name of Docker Hub is the same key.
            guard let image = try? ImageReference(entry.name + "/any"), image.tag == nil, image.digest == nil,
                entry.name.contains(where: { $0 == "." || $0 == ":" }) || entry.name.hasPrefix("localhost")
            else {
                reading.add(
                    SettingsMistake(
                        at: entry.position, place: entry.value.place,
                        "\(quoted(entry.name)) is not a registry, expected for example \"ghcr.io\" or \"ghcr.io/me\""))
                continue
            }
            var key = String(image.repository.dropLast("/any".count))
            if key == ImageReference.dockerHub + "/library" { key = ImageReference.dockerHub }
            if result[key] != nil {
                entry.value.refuse("the registry \"\(key)\" is already given, expected each one once")
            }
            result[key] = access
        }
        return result
    }

    func registryAccess() -> RegistryAccess? {
        guard var keys = keys() else { return nil }
        var access = RegistryAccess()
        access.username = keys.read("username") { $0.text("a name") }
        access.password = keys.read("password") { $0.secret() }
        access.mirrors = keys.read("mirrors") { $0.elements().compactMap { $0.url() } } ?? []
        access.isInsecure = keys.read("insecure") { $0.truth() } ?? false
        access.certificateAuthority = keys.read("ca") { $0.path() }
        access.certificate = keys.read("cert") { $0.path() }
        access.key = keys.read("key") { $0.path() }
        if let plugin = keys.value("plugin") {
            access.plugin = plugin.text("a plugin's name").map {
                PluginUse(plugin: $0, options: keys.options(), position: plugin.position, place: place)
            }
        } else {
            keys.finish()
            if (access.username == nil) != (access.password == nil) {
                refuse("it has a \(access.username == nil ? "password" : "username") only, expected both or neither")
            }
        }
        if (access.certificate == nil) != (access.key == nil) {
            refuse("it has a \(access.certificate == nil ? "key" : "cert") only, expected both or neither")
        }
        return access
    }
}
