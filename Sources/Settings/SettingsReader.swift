import Model
import YAML

/// Reads the files of a home into settings. It goes on after a mistake, so that all are found at once.
struct SettingsReader {
    /// A service or command in one of the files.
    private struct Definition {
        let name: String
        let position: Position
        let value: Value
    }

    private(set) var settings = Settings()
    private let reading: Reading

    init(_ reading: Reading) { self.reading = reading }

    /// `main` is `grapnel.yaml`, if there is one; the others are those of `services.d`.
    mutating func read(main: Value?, others: [Value]) {
        var services: [Definition] = []
        var commands: [Definition] = []
        var top = main?.keys("a mapping with the settings")
        if var keys = top {
            services += definitions(keys.value("services"), "a mapping of names to services")
            commands += definitions(keys.value("commands"), "a mapping of names to commands")
            top = keys
        }
        for other in others { addDefinitions(of: other, &services, &commands) }
        services = checked(services, what: "service")
        commands = checked(commands, what: "command")
        if var keys = top {
            readAgent(&keys)
            readAccess(&keys)
            let known = KnownNames(
                services: services.map(\.name), areServicesFound: settings.discovery.isOn,
                commands: commands.map(\.name))
            settings.notify =
                keys.read("notify") { $0.list("a list of mappings").compactMap { $0.notifyTarget(known) } } ?? []
            settings.webhooks = keys.read("webhooks") { self.webhooks($0, known) } ?? []
            keys.finish()
        }
        let defaults = ServiceDefaults(
            polling: settings.polling, windows: settings.windows, allowedImages: settings.allowedImages)
        settings.services = services.compactMap {
            $0.value.service(named: $0.name, at: $0.position, defaults: defaults)
        }
        checkContainers()
        settings.commands = commands.compactMap { $0.value.command(named: $0.name, at: $0.position) }
    }

    private mutating func readAgent(_ keys: inout Keys) {
        settings.discovery = keys.read("discover") { $0.discovery() } ?? settings.discovery
        settings.polling = keys.read("poll") { $0.polling() } ?? settings.polling
        settings.windows = keys.read("windows") { $0.windows() } ?? []
        settings.deploys = keys.read("deploys") { $0.deployLimits() } ?? settings.deploys
        settings.hooks = keys.read("hooks") { $0.hookLimits() } ?? settings.hooks
        settings.secrets = keys.read("secrets") { $0.secrets() } ?? [:]
        settings.registries = keys.read("registries") { $0.registries() } ?? [:]
        settings.dockerConfig = keys.read("docker_config") { $0.path() }
        settings.allowedImages = keys.read("allow_images") { $0.imagePatterns() } ?? []
        settings.state = keys.read("state") { $0.state() } ?? settings.state
        settings.log = keys.read("log") { $0.log() } ?? settings.log
        settings.metricsListen = keys.read("metrics") { value in
            guard var keys = value.keys() else { return nil }
            defer { keys.finish() }
            return keys.read("listen") { $0.listenAddress() }
        }
    }

    private mutating func readAccess(_ keys: inout Keys) {
        let listen = keys.value("listen")
        settings.listen = listen?.listenAddresses() ?? settings.listen
        let tls = keys.value("tls")
        settings.tls = tls?.tls()
        let proxies = keys.value("trusted_proxies")
        settings.trustedProxies = proxies?.elements().compactMap { $0.networkRange() } ?? []
        settings.allowsPlainHTTP = keys.read("plain_http") { $0.truth() } ?? false
        if tls == nil, proxies == nil, !settings.allowsPlainHTTP,
            let open = settings.listen.first(where: { !$0.isLoopback })
        {
            listen?.refuse(
                "\"\(open)\" can be reached from other machines without TLS, expected \"tls\", \"trusted_proxies\""
                    + " or, if that is wanted, \"plain_http: true\"")
        }
        if var auth = keys.read("auth", { $0.keys() }) {
            settings.tokens = auth.read("jwt") { $0.elements().compactMap { $0.tokenIssuer() } } ?? []
            settings.allowedCallers = auth.read("allow") { $0.elements().compactMap { $0.networkRange() } } ?? []
            auth.finish()
        }
        settings.compat = keys.read("compat") { $0.compat() } ?? settings.compat
    }

    private func webhooks(_ value: Value, _ known: KnownNames) -> [WebhookDefinition] {
        let definitions = checked(definitions(value, "a mapping of names to webhooks"), what: "webhook")
        return definitions.compactMap { $0.value.webhook(named: $0.name, at: $0.position, known) }
    }

    // MARK: - What has a name

    private func definitions(_ value: Value?, _ expected: String) -> [Definition] {
        value?.entries(expected).map { Definition(name: $0.name, position: $0.position, value: $0.value) } ?? []
    }

    /// A file in `services.d` is a mapping of names to services, or one with the keys `services` and `commands`.
    private func addDefinitions(of file: Value, _ services: inout [Definition], _ commands: inout [Definition]) {
        let names = file.node.mapping?.map(\.name) ?? []
        if names.contains("services") || names.contains("commands"), var keys = file.keys() {
            services += definitions(keys.value("services"), "a mapping of names to services")
            commands += definitions(keys.value("commands"), "a mapping of names to commands")
            keys.finish()
        } else {
            // The names stand where the main file has them under `services`.
            let root = Value(
                node: file.node, origin: file.origin, place: "services", schema: "services", reading: reading)
            services += definitions(root, "a mapping of names to services")
        }
    }

    /// Two that move the same one would undo each other's work, and each take the other's releases for a stranger's.
    private func checkContainers() {
        var first: [String: Service] = [:]
        for service in settings.services {
            guard case .container(let definition) = service.kind, let position = service.position else { continue }
            let container = definition.container
            guard let other = first.updateValue(service, forKey: container), let place = other.position else {
                continue
            }
            first[container] = other
            reading.add(
                SettingsMistake(
                    at: position, place: "services.\(service.name)",
                    "the container \"\(container)\" is already the service \"\(other.name)\" at \(place), expected one service "
                        + "for each container"))
        }
    }

    /// Without those whose name is wrong or given twice.
    private func checked(_ definitions: [Definition], what: String) -> [Definition] {
        var first: [String: Position] = [:]
        return definitions.filter { definition in
            let name = definition.name
            let message: String
            if !Value.isName(name) {
                message = "\(definition.value.quoted(name)) is not a \(what)'s name, expected \(Value.nameRule)"
            } else if let other = first[name] {
                message = "the \(what) \"\(name)\" is already defined at \(other)"
            } else {
                first[name] = definition.position
                return true
            }
            reading.add(SettingsMistake(at: definition.position, place: definition.value.place, message))
            return false
        }
    }
}
