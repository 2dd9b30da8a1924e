/// The plugins in the binary. SwiftPM makes a constant of each file that Package.swift names for embedding; they are
/// links to those in `plugins/`, so that there is one text of each.
enum ShippedPlugins {
    struct Entry: Sendable {
        let kind: PluginKind
        let name: String
        let source: [UInt8]
    }

    static let all: [Entry] = [
        Entry(kind: .notify, name: "webhook", source: PackageResources.webhook_lua)
    ]
}
