import Model
import YAML

/// One file of a compose project, as text and as what the text says.
struct ComposeFile {
    let path: String
    let bytes: [UInt8]
    let root: YAML.Node

    init(_ bytes: [UInt8], path: String) throws(Problem) {
        self.path = path
        self.bytes = bytes
        root = try YAML.parse(bytes, file: path)
        guard root.mapping != nil || root.isNothing else {
            throw Problem(.invalid, "\(place(root)): expected a compose file, that is a mapping with \"services\"")
        }
        if let services = root["services"], services.mapping == nil, !services.isNothing {
            throw Problem(.invalid, "\(place(services)): services: it is \(services.kind), expected a mapping")
        }
    }

    var serviceNames: [String] { (root["services"]?.mapping ?? []).map(\.name) }

    func service(_ name: String) -> YAML.Node? { root["services"]?[name] }

    func place(_ node: YAML.Node) -> String { "\(node.start.position(in: path))" }
}

extension YAML.Node {
    var isNothing: Bool { scalar?.value == .null }
}
