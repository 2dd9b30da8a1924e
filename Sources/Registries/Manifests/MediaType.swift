/// What a manifest says it is.
enum MediaType {
    static let index = "application/vnd.oci.image.index.v1+json"
    static let list = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let manifest = "application/vnd.oci.image.manifest.v1+json"
    static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"

    /// All four are always asked for: some registries make another manifest, with another digest, for whoever does not
    /// take what they have.
    static let manifests = [index, list, manifest, dockerManifest]

    /// Without parameters, in lower case.
    static func plain(_ header: String?) -> String? {
        header.map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
    }

    /// Of before 2016; engines no longer take it.
    static func isAncient(_ type: String?) -> Bool {
        type?.hasPrefix("application/vnd.docker.distribution.manifest.v1+") ?? false
    }
}
