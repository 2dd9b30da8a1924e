package import Model

/// An image as the engine has it.
package struct Image: Hashable, Sendable {
    /// What the engine calls it: the hash of its configuration, or of its manifest where containerd keeps the images.
    package let id: Digest
    /// As people would write them.
    package let tags: [ImageReference]
    /// Under which digests which repositories have it. Several, when it was pushed or pulled more than once.
    package let repositoryDigests: [ImageReference]
    /// The image's part in what its containers are made from, as the engine has it.
    package let configuration: JSON
    /// RFC 3339, as the engine has it; nil when the image does not say.
    package let created: String?
    /// As in `linux/arm64/v8`.
    package let platform: String
    package let size: Int64

    init(json: JSON) throws(Problem) {
        guard let id = json["Id"]?.string else {
            throw Problem(.invalid, "the engine tells of an image without an id")
        }
        self.id = try Digest(id)
        // `<none>@<none>`, and digests that are empty: nothing to go by.
        func references(_ key: String) -> [ImageReference] {
            (json[key]?.array ?? []).compactMap { $0.string.flatMap { try? ImageReference($0) } }
        }
        tags = references("RepoTags").filter { $0.tag != nil }
        repositoryDigests = references("RepoDigests").filter { $0.digest != nil }
        configuration = json["Config"] ?? .null
        created = json["Created"]?.string.flatMap { $0.isEmpty || $0.hasPrefix("0001-01-01T") ? nil : $0 }
        platform = ["Os", "Architecture", "Variant"].compactMap { json[$0]?.string }.filter { !$0.isEmpty }
            .joined(separator: "/")
        size = json["Size"]?.integer ?? 0
    }

    /// By which digests the repository knows it; its id when the repository does not, as for one that was built here.
    /// Never empty.
    package func digests(in repository: ImageReference) -> [Digest] {
        let known = repositoryDigests.filter { $0.repository == repository.repository }.compactMap(\.digest)
        return known.isEmpty ? [id] : known
    }

    /// The one of them to tell it by: the preferred one, if it is among them.
    package func digest(in repository: ImageReference, preferring preferred: Digest? = nil) -> Digest {
        let known = digests(in: repository)
        return preferred.flatMap { known.contains($0) ? $0 : nil } ?? known[0]
    }
}
