import Model
import YAML

/// The names that other parts of the settings may refer to.
struct KnownNames {
    let services: [String]
    /// Others may be found by labels.
    let areServicesFound: Bool
    let commands: [String]
}

extension Value {
    func notifyTarget(_ known: KnownNames) -> NotifyTarget? {
        guard var keys = keys("a mapping with the key \"plugin\"") else { return nil }
        let pluginValue = keys.value("plugin")
        if pluginValue == nil { refuse("the key \"plugin\" is missing") }
        let events = keys.read("events") { value in
            Set(value.elements().compactMap { $0.choice("an event", of: Event.Kind.self) })
        }
        let services = keys.read("services") { Set($0.services(known)) }
        guard let pluginValue, let plugin = pluginValue.text("a plugin's name") else { return nil }
        let use = PluginUse(plugin: plugin, options: keys.options(), position: pluginValue.position, place: place)
        return NotifyTarget(plugin: use, events: events, services: services)
    }

    func webhook(named name: String, at position: Position, _ known: KnownNames) -> WebhookDefinition? {
        guard var keys = keys() else { return nil }
        let pluginValue = keys.value("plugin")
        let plugin = pluginValue.map { $0.text("a plugin's name") } ?? name
        let secret = keys.read("secret") { $0.secret() }
        let isOpen = keys.read("open") { $0.truth() } ?? false
        let conditions = keys.read("when") { $0.conditions() } ?? []
        let services = keys.read("services") { $0.services(known) }
        let command = keys.read("command") { $0.names("command", among: known.commands).first }
        let arguments = keys.value("arguments")
        if command == nil { arguments?.refuse("there is no command to give them to, expected the key \"command\"") }
        guard let plugin else { return nil }
        return WebhookDefinition(
            name: name,
            plugin: PluginUse(
                plugin: plugin, options: keys.options(), position: pluginValue?.position ?? position, place: place),
            secret: secret, isOpen: isOpen, conditions: conditions, services: services, command: command,
            arguments: arguments?.elements().compactMap { $0.anyText("an argument") } ?? [], position: position)
    }

    private func conditions() -> [WebhookDefinition.Condition] {
        entries("a mapping of fields to values").map { entry in
            WebhookDefinition.Condition(
                path: entry.name, values: entry.value.elements().compactMap { $0.anyText("a value") })
        }
    }

    /// Which containers there are is another matter than what the settings say: a name that only a label can give is
    /// no mistake.
    private func services(_ known: KnownNames) -> [String] {
        guard known.areServicesFound else { return names("service", among: known.services) }
        return elements().compactMap { element in
            guard let name = element.text("a service's name") else { return nil }
            if !known.services.contains(name) {
                reading.mention(ServiceReference(name, at: element.position, place: element.place))
            }
            return name
        }
    }

    /// Names of things that are defined elsewhere in the settings.
    private func names(_ what: String, among known: [String]) -> [String] {
        elements().compactMap { element in
            guard let name = element.text("a \(what)'s name") else { return nil }
            if known.contains(name) { return name }
            let meant = Nearest.word(to: name, among: known).map { ", did you mean \"\($0)\"?" }
            element.refuse("there is no \(what) \(element.quoted(element.node.scalar?.text ?? ""))\(meant ?? "")")
            return nil
        }
    }

    func command(named name: String, at position: Position) -> CommandDefinition? {
        guard var keys = keys() else { return nil }
        let run = keys.require("run") { $0.program() }
        var command = CommandDefinition(name: name, run: run ?? [], position: position)
        command.directory = keys.read("directory") { $0.path() }
        command.user = keys.read("user") { $0.text("a user's name") }
        command.environment = keys.read("environment") { $0.environment() } ?? [:]
        command.timeout = keys.read("timeout") { $0.duration(atLeast: .seconds(1)) } ?? command.timeout
        command.concurrency = keys.read("concurrency") { $0.integer(1...1000) } ?? command.concurrency
        command.output = keys.read("output") { $0.size(atLeast: 1024) } ?? command.output
        keys.finish()
        return run == nil ? nil : command
    }
}
