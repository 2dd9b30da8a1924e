import Model
import YAML

extension Value {
    /// `labels`, `off`, or a mapping.
    func discovery() -> DiscoverySettings? {
        var discovery = DiscoverySettings()
        if let scalar = node.scalar, !isNull {
            guard let filled = filled(scalar) else { return nil }
            switch filled.text.lowercased() {
            case "labels": return discovery
            case "off", "no", "false": discovery.isOn = false
            default:
                refuse(filled, "a way to find services", "\"labels\", \"off\" or a mapping")
                return nil
            }
            return discovery
        }
        guard var keys = keys("labels, off or a mapping") else { return nil }
        discovery.isOn = keys.read("labels") { $0.truth() } ?? discovery.isOn
        discovery.every = keys.read("every") { $0.duration(atLeast: .seconds(1)) } ?? discovery.every
        discovery.allowsExec = keys.read("exec") { $0.truth() } ?? discovery.allowsExec
        keys.finish()
        return discovery
    }
}
