import Model
import YAML

/// What a service has where it says nothing of its own.
struct ServiceDefaults {
    let polling: Polling
    let windows: [MaintenanceWindow]
    let allowedImages: [String]
}

extension Value {
    func service(named name: String, at position: Position, defaults: ServiceDefaults) -> Service? {
        guard var keys = keys("a mapping with the service's settings") else { return nil }
        let kind = serviceKind(named: name, &keys)
        let image = keys.value("image")
        let track = keys.value("track")
        var service = Service(name: name, kind: kind ?? .script(ScriptDefinition(run: [])), position: position)
        service.image = image?.image()
        (service.track, service.tagLimits) = track?.track() ?? (nil, TagLimits())
        service.isEnabled = keys.read("enabled") { $0.truth() } ?? true
        service.registry = keys.read("registry") { $0.described(as: "registries.*").registryAccess() }
        service.readConduct(&keys, defaults)
        keys.finish()
        if case .script? = kind {
            for other in [image, track] {
                other?.refuse("a script service has no image, expected it only with other drivers")
            }
        } else if let image {
            image.checkTag(&service)
        }
        if case .compose(let compose)? = kind, compose.service == nil, image == nil {
            refuse("neither compose.service nor image says which of the project's services it is, expected one of them")
        }
        return kind == nil ? nil : service
    }

    /// For the container whose labels these are.
    func labelledService(named name: String, container: String, defaults: ServiceDefaults) -> Service? {
        guard var keys = keys() else { return nil }
        var definition = ContainerDefinition(container: container)
        definition.pull = keys.read("pull") { $0.containerPull() } ?? definition.pull
        var service = Service(name: name, kind: .container(definition))
        (service.track, service.tagLimits) = keys.read("track") { $0.track() } ?? (nil, TagLimits())
        service.readConduct(&keys, defaults)
        // What stands in a label can be read by everybody who may look at the container.
        keys.refuse(
            "registry", "credentials do not belong into labels, expected them under \"registries\" in the settings")
        keys.refuse("enabled", "expected \"\(LabelledContainer.switchLabel)\"")
        keys.refuse("container", "it is this container, expected \"grapnel.pull\" or \"grapnel.name\"")
        for driver in ["driver", "compose", "swarm", "script"] {
            keys.refuse(driver, "what has labels is moved as a container, expected other drivers in files only")
        }
        keys.finish()
        return service
    }

    private func containerPull() -> ContainerDefinition.Pull? {
        choice("when to pull", of: ContainerDefinition.Pull.self)
    }

    /// `image: nginx:1.27` means to follow that tag.
    fileprivate func checkTag(_ service: inout Service) {
        guard let image = service.image else { return }
        if image.digest != nil {
            refuse("a digest never changes, expected a repository or a tag to follow")
        } else if let tag = image.tag {
            if service.track == nil {
                service.track = .tag(tag)
            } else {
                refuse("it has the tag \"\(tag)\" beside track, expected only one of them")
            }
            service.image = image.untagged
        }
    }

    private func serviceKind(named name: String, _ keys: inout Keys) -> ServiceKind? {
        let driverValue = keys.value("driver")
        let definitions = Driver.allCases.map { driver in (driver, keys.value(driver.rawValue)) }
        let given = definitions.filter { $0.1 != nil }.map(\.0)
        let named = driverValue?.choice("a driver", of: Driver.self)
        if driverValue != nil, named == nil { return nil }
        guard let driver = named ?? given.first else {
            refuse("the key \"driver\" is missing, expected \(Keys.listed(Driver.allCases.map(\.rawValue)))")
            return nil
        }
        for case (let other, let value?) in definitions where other != driver {
            value.refuse("this service is moved by \"\(driver.rawValue)\", expected no other driver's settings")
        }
        let definition = definitions.first { $0.0 == driver }?.1
        guard driver == .container || definition != nil else {
            refuse("the key \"\(driver.rawValue)\" is missing")
            return nil
        }
        switch driver {
        case .container:
            guard let definition else { return .container(ContainerDefinition(container: name)) }
            return definition.container(named: name).map { .container($0) }
        case .compose: return definition?.compose().map { .compose($0) }
        case .swarm: return definition?.swarm().map { .swarm($0) }
        case .script: return definition?.script().map { .script($0) }
        }
    }

    /// A name alone, or a mapping; the service's own name if there is none.
    private func container(named name: String) -> ContainerDefinition? {
        if node.scalar != nil, !isNull { return containerName().map { ContainerDefinition(container: $0) } }
        guard var keys = keys("a container's name or a mapping") else { return nil }
        var definition = ContainerDefinition(container: name)
        let given = keys.value("name")
        let ownName = given?.containerName()
        definition.container = ownName ?? name
        definition.pull =
            keys.read("pull") { $0.containerPull() } ?? definition.pull
        keys.finish()
        return given != nil && ownName == nil ? nil : definition
    }

    /// As the engine has them: at least two characters.
    private func containerName() -> String? {
        guard let scalar = scalar("a container's name") else { return nil }
        let isName = scalar.text.utf8.enumerated().allSatisfy { index, byte in
            let isLetter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            return isLetter || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || index > 0 && "_.-".utf8.contains(byte)
        }
        guard isName, scalar.text.utf8.count > 1 else {
            refuse(scalar, "a container's name", "at least two letters, digits, \"_\", \".\" and \"-\"")
            return nil
        }
        return scalar.text
    }

    private func compose() -> ComposeDefinition? {
        guard var keys = keys() else { return nil }
        let files = keys.require("file") { $0.elements().compactMap { $0.path() } } ?? []
        var compose = ComposeDefinition(files: files)
        compose.project = keys.read("project") { $0.text("a project's name") }
        compose.service = keys.read("service") { $0.text("a compose service's name") }
        compose.pin = keys.read("pin") { $0.choice("a place to pin", of: ComposeDefinition.Pin.self) }
        compose.profiles = keys.read("profiles") { $0.elements().compactMap { $0.text("a profile's name") } } ?? []
        compose.environmentFiles = keys.read("env_file") { $0.elements().compactMap { $0.path() } } ?? []
        compose.environment = keys.read("environment") { $0.environment() } ?? [:]
        compose.timeout = keys.read("timeout") { $0.duration(atLeast: .seconds(1)) } ?? compose.timeout
        keys.finish()
        return files.isEmpty ? nil : compose
    }

    private func swarm() -> SwarmDefinition? {
        guard var keys = keys() else { return nil }
        let service = keys.require("service") { $0.text("a Swarm service's name") }
        keys.finish()
        return service.map { SwarmDefinition(service: $0) }
    }

    private func script() -> ScriptDefinition? {
        guard var keys = keys() else { return nil }
        let run = keys.require("run") { $0.program() }
        var script = ScriptDefinition(run: run ?? [])
        script.rollback = keys.read("rollback") { $0.program() }
        script.revision = keys.read("revision") { $0.program() }
        script.directory = keys.read("directory") { $0.path() }
        script.user = keys.read("user") { $0.text("a user's name") }
        script.environment = keys.read("environment") { $0.environment() } ?? [:]
        script.timeout = keys.read("timeout") { $0.duration(atLeast: .seconds(1)) } ?? script.timeout
        script.rollbackTimeout =
            keys.read("rollback_timeout") { $0.duration(atLeast: .seconds(1)) } ?? script.timeout
        script.output = keys.read("output") { $0.size(atLeast: 1024) } ?? script.output
        keys.finish()
        return run == nil ? nil : script
    }

    func heal() -> HealDefinition?? {
        if node.scalar != nil, !isNull { return truth().map { $0 ? HealDefinition() : nil } }
        guard var keys = keys("true, false or a mapping") else { return nil }
        var heal = HealDefinition()
        heal.cooldown = keys.read("cooldown") { $0.duration(atLeast: .seconds(1)) } ?? heal.cooldown
        keys.finish()
        return heal
    }

    /// Repositories, or `ghcr.io/me/*` for all below a path.
    func imagePatterns() -> [String] {
        elements().compactMap { element in
            element.parsed("a repository", "for example \"ghcr.io/me/web\" or \"ghcr.io/me/*\"") { text in
                let isPrefix = text.hasSuffix("/*")
                // A last component that stands for any makes a prefix a reference that can be completed.
                guard let image = try? ImageReference(isPrefix ? text.dropLast(1) + "any" : text),
                    image.tag == nil, image.digest == nil
                else { return nil }
                return isPrefix ? image.repository.dropLast("any".count) + "*" : image.repository
            }
        }
    }
}

extension Service {
    /// The keys that are the same for each driver, and in files and labels alike.
    fileprivate mutating func readConduct(_ keys: inout Keys, _ defaults: ServiceDefaults) {
        health = keys.read("health") { $0.health() } ?? HealthDefinition()
        windows = keys.read("windows") { $0.windows() } ?? defaults.windows
        isPaused = keys.read("paused") { $0.truth() } ?? false
        polling = keys.read("poll") { $0.polling() } ?? (kind.hasRegistry ? defaults.polling : .off)
        heal = keys.read("heal") { $0.heal() } ?? nil
        allowedImages = keys.read("allow_images") { $0.imagePatterns() } ?? defaults.allowedImages
    }
}

extension ServiceKind {
    /// Scripts, and images that are built on the engine, are only looked at by themselves where that was asked for.
    fileprivate var hasRegistry: Bool {
        switch self {
        case .container(let definition): definition.pull != .never
        case .compose, .swarm: true
        case .script: false
        }
    }
}
