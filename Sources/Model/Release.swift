/// What a service runs.
package enum Release: Hashable, Sendable {
    /// An image reference and the digest that it was resolved to; from then on only the digest counts.
    case image(reference: String, digest: String)
    /// For a script: whatever its `revision` command names, or a name made for this one deploy.
    case revision(String)

    /// What two releases are compared by, and what a block is kept for.
    package var identity: String {
        switch self {
        case .image(_, let digest): digest
        case .revision(let name): name
        }
    }

    /// For people: short, and still telling two releases apart.
    package var shortText: String {
        switch self {
        case .image(let reference, let digest) where digest.isEmpty: reference
        case .image(let reference, let digest):
            "\(reference)@\(digest.hasPrefix("sha256:") ? String(digest.dropFirst(7).prefix(12)) : digest)"
        case .revision(let name): name.count > 40 ? String(name.prefix(12)) : name
        }
    }

    /// Without the digest; nil for a script's.
    package var imageReference: String? {
        if case .image(let reference, _) = self { reference } else { nil }
    }

    package func isSame(as other: Release?) -> Bool { other?.identity == identity }

    /// `{image, digest}` as the contract has it; a script's release is in `revision`.
    package var json: JSON {
        switch self {
        case .image(let reference, let digest): ["image": .string(reference), "digest": .string(digest)]
        case .revision(let name): ["image": nil, "digest": nil, "revision": .string(name)]
        }
    }

    package init?(json: JSON) {
        if let name = json["revision"]?.string {
            self = .revision(name)
        } else if let reference = json["image"]?.string, let digest = json["digest"]?.string {
            self = .image(reference: reference, digest: digest)
        } else {
            return nil
        }
    }
}
