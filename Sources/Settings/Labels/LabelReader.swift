import Model
import YAML

/// Reads the labels of one container.
struct LabelReader {
    private let container: LabelledContainer
    private let settings: Settings
    private let reading: Reading

    private static let nameLabel = "grapnel.name"
    /// Read by the driver, from the container itself: it sets them too, on those that it makes.
    private static let imageLabel = "grapnel.image"
    private static let runsLabel = "grapnel.runs"

    init(_ container: LabelledContainer, _ settings: Settings, _ reading: Reading) {
        self.container = container
        self.settings = settings
        self.reading = reading
    }

    var position: Position { .label(LabelledContainer.switchLabel, ofContainer: container.name) }

    private var origin: Origin { .labels(Set(container.labels.keys), container: container.name) }

    private func value(of label: String) -> Value? {
        container.labels[label].map {
            Value(node: YAML.Node(plain: $0), origin: origin, place: label, schema: label, reading: reading)
        }
    }

    /// False also when that is not clear, which is noted.
    var isOn: Bool { value(of: LabelledContainer.switchLabel)?.truth() ?? false }

    /// Nil, noted, if neither the container's name nor what the label says can be one.
    var serviceName: String? {
        let name: String
        if let given = value(of: LabelReader.nameLabel) {
            guard let text = given.text("a service's name") else { return nil }
            guard Value.isName(text) else {
                given.refuse("\(given.quoted(text)) is not a service's name, expected \(Value.nameRule)")
                return nil
            }
            name = text
        } else {
            name = container.name
            guard Value.isName(name) else {
                reading.add(
                    SettingsMistake(
                        at: position,
                        "the container's name is not a service's name, expected another one by the label "
                            + "\"\(LabelReader.nameLabel)\": \(Value.nameRule)"))
                return nil
            }
        }
        return name
    }

    /// Of no use when a mistake was noted.
    func service(named name: String) -> Service {
        checkImage()
        let own: Set = [
            LabelledContainer.switchLabel, LabelReader.nameLabel, LabelReader.imageLabel, LabelReader.runsLabel,
        ]
        let tree = LabelTree(container.labels.filter { !own.contains($0.key) })
        let root = tree.root(origin, reading)
        let defaults = ServiceDefaults(
            polling: settings.polling, windows: settings.windows, allowedImages: settings.allowedImages)
        let service = root.labelledService(named: name, container: container.name, defaults: defaults)
        if service?.health.exec != nil, !settings.discovery.allowsExec {
            reading.add(
                SettingsMistake(
                    at: .label("grapnel.health.exec", ofContainer: container.name),
                    "it would run on this machine, and the settings do not let labels do that, expected Docker's own "
                        + "health check, a file, or \"discover: { exec: true }\" in the settings"))
        }
        return service ?? Service(name: name, kind: .container(ContainerDefinition(container: container.name)))
    }

    private func checkImage() {
        guard let image = value(of: LabelReader.imageLabel), let text = image.text("an image reference") else { return }
        // The id of an image that nobody has given a name.
        guard (try? Digest(text)) == nil else { return }
        _ = image.image()
    }

    static func conflict(over name: String, _ containers: [LabelledContainer]) -> SettingsMistake {
        let names = containers.map { "\"\($0.name)\"" }
        let all = names.dropLast().joined(separator: ", ") + " and \(names.last ?? "")"
        let first = containers.first.map { container in
            container.labels[nameLabel] == nil ? LabelledContainer.switchLabel : nameLabel
        }
        return SettingsMistake(
            at: .label(first ?? nameLabel, ofContainer: containers.first?.name ?? ""),
            "the containers \(all) want to be the service \"\(name)\", and none of them is, expected different names by "
                + "the label \"\(nameLabel)\"")
    }
}
