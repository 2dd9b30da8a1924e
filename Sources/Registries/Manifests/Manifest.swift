import Crypto
import Model

/// A manifest or an index, as far as it matters here.
struct Manifest {
    struct Child: Hashable {
        let digest: Digest
        let type: String?
        let platform: Platform?
        let isAttestation: Bool

        var isIndex: Bool { type == MediaType.index || type == MediaType.list }
        var isImage: Bool { !isAttestation && !isIndex }
    }

    /// Of an index; nil for an image.
    let children: [Child]?
    /// Of an image.
    let configuration: Digest?

    init(_ body: [UInt8]) throws(Problem) {
        let json = try JSON(parsing: body)
        configuration = json["config"]?["digest"]?.string.flatMap { try? Digest($0) }
        children = json["manifests"]?.array?.compactMap { entry in
            guard let digest = entry["digest"]?.string.flatMap({ try? Digest($0) }) else { return nil }
            let platform = Platform(entry["platform"])
            let kind = entry["annotations"]?["vnd.docker.reference.type"]?.string
            return Child(
                digest: digest, type: MediaType.plain(entry["mediaType"]?.string), platform: platform,
                // What a builder says about an image stands beside it, for a platform that there is not.
                isAttestation: kind == "attestation-manifest" || platform?.system == "unknown")
        }
        guard children != nil || configuration != nil else {
            throw Problem(
                .invalid, "the manifest is neither an image's nor an index, expected \"config\" or \"manifests\"")
        }
    }

    /// The best for the platform: its own variant before none.
    static func best(of children: [Child], for platform: Platform) -> Child? {
        let fitting = children.filter { child in
            child.isImage && child.platform.map { platform.takes($0) } ?? false
        }
        return fitting.first { $0.platform?.variant == platform.variant } ?? fitting.first
    }
}

extension Digest {
    /// Whether the bytes are what it names.
    func names(_ bytes: [UInt8]) -> Bool { Digest.of(bytes, algorithm)?.hex == hex }

    static func of(_ bytes: [UInt8], _ algorithm: String = "sha256") -> Digest? {
        guard let hash = Hash(rawValue: algorithm) else { return nil }
        return try? Digest("\(algorithm):\(Hex.encode(hash.digest(of: bytes)))")
    }
}
