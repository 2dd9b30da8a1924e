/// The plugins in the binary. SwiftPM makes a constant of each file that Package.swift names for embedding; they are
/// links to those in `plugins/`, so that there is one text of each.
enum ShippedPlugins {
    struct Entry: Sendable {
        let kind: PluginKind
        let name: String
        let source: [UInt8]
    }

    static let all: [Entry] = [
        Entry(kind: .notify, name: "webhook", source: PackageResources.webhook_lua),
        Entry(kind: .registry, name: "dockerhub", source: PackageResources.dockerhub_lua),
        Entry(kind: .registry, name: "ecr", source: PackageResources.ecr_lua),
        Entry(kind: .registry, name: "gcr", source: PackageResources.gcr_lua),
        Entry(kind: .registry, name: "ghcr", source: PackageResources.ghcr_lua),
        Entry(kind: .tags, name: "calver", source: PackageResources.calver_lua),
        Entry(kind: .tags, name: "glob", source: PackageResources.glob_lua),
        Entry(kind: .tags, name: "newest", source: PackageResources.newest_lua),
        Entry(kind: .tags, name: "numeric", source: PackageResources.numeric_lua),
        Entry(kind: .tags, name: "regex", source: PackageResources.regex_lua),
        Entry(kind: .tags, name: "semver", source: PackageResources.semver_lua),
    ]
}
