/// Where an image lies and which one it is: `ghcr.io/me/web:2.1@sha256:…`.
///
/// The host and the path are always complete: `nginx` is `docker.io` and `library/nginx`. Whether a tag
/// or a digest was given is kept as it is, because "no tag" and `latest` are different wishes.
package struct ImageReference: Hashable, Sendable {
    /// With its port, if it has one. Docker Hub is `docker.io`, under each of its names.
    package let host: String
    package let path: String
    package let tag: String?
    package let digest: Digest?

    package static let dockerHub = "docker.io"

    package init(_ text: String) throws(Problem) {
        func refuse(_ reason: String) -> Problem {
            Problem(
                .invalid,
                "\"\(text)\" is not an image reference: \(reason), expected for example \"ghcr.io/me/web:2.1\"")
        }
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") {
            guard let digest = Digest(parsing: rest[rest.index(after: at)...]) else {
                throw refuse("what follows \"@\" is not a digest")
            }
            self.digest = digest
            rest = rest[..<at]
        } else {
            digest = nil
        }
        let lastSlash = rest.lastIndex(of: "/") ?? rest.startIndex
        if let colon = rest[lastSlash...].lastIndex(of: ":") {
            let tag = rest[rest.index(after: colon)...]
            guard ImageReference.isTag(tag) else { throw refuse("\"\(tag)\" is not a tag") }
            self.tag = String(tag)
            rest = rest[..<colon]
        } else {
            tag = nil
        }
        guard !rest.isEmpty else { throw refuse("it names no repository") }
        (host, path) = ImageReference.split(rest)
        guard ImageReference.isHost(host) else { throw refuse("\"\(host)\" is not a host") }
        if path.contains(where: \.isUppercase) { throw refuse("the repository is not in lower case") }
        guard path.utf8.count + host.utf8.count < 255 else { throw refuse("the repository's name is too long") }
        let components = path.split(separator: "/", omittingEmptySubsequences: false)
        guard components.allSatisfy({ ImageReference.isPathComponent($0) }) else {
            throw refuse("\"\(path)\" is not a repository's name")
        }
        // The engine takes 64 hexadecimal digits for an image's id, so nobody can have meant a repository.
        guard Digest(parsing: "sha256:\(rest)") == nil else {
            throw refuse("it is an image's id")
        }
    }

    private init(host: String, path: String, tag: String?, digest: Digest?) {
        self.host = host
        self.path = path
        self.tag = tag
        self.digest = digest
    }

    /// The same repository with another tag, and without a digest.
    package func tagged(_ tag: String) throws(Problem) -> ImageReference {
        guard ImageReference.isTag(tag[...]) else {
            throw Problem(.invalid, "\"\(tag)\" is not a tag, expected for example \"2.1\" or \"latest\"")
        }
        return ImageReference(host: host, path: path, tag: tag, digest: nil)
    }

    /// The same repository and tag, pinned by the digest.
    package func pinned(to digest: Digest) -> ImageReference {
        ImageReference(host: host, path: path, tag: tag, digest: digest)
    }

    /// With its tag, if it has one. A digest stands beside a release's reference, not in it.
    package var withoutDigest: ImageReference { ImageReference(host: host, path: path, tag: tag, digest: nil) }

    /// Without tag and digest.
    package var untagged: ImageReference { ImageReference(host: host, path: path, tag: nil, digest: nil) }

    /// Host and path: what two references must share to mean the same repository.
    package var repository: String { "\(host)/\(path)" }

    /// The repository as people write it: `nginx` and not `docker.io/library/nginx`.
    package var familiarRepository: String {
        guard host == ImageReference.dockerHub else { return repository }
        return path.hasPrefix("library/") ? String(path.dropFirst("library/".count)) : path
    }

    /// The reference as people write it.
    package var familiar: String { familiarRepository + suffix }

    private var suffix: String {
        (tag.map { ":" + $0 } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}

extension ImageReference: CustomStringConvertible {
    package var description: String { repository + suffix }
}

// MARK: - Grammar

extension ImageReference {
    /// The first component is a host when it could not be an owner's name on Docker Hub.
    private static func split(_ name: Substring) -> (host: String, path: String) {
        var host = dockerHub[...]
        var path = name
        if let slash = name.firstIndex(of: "/") {
            let first = name[..<slash]
            if first == "localhost" || first.contains(where: { $0 == "." || $0 == ":" || $0.isUppercase }) {
                host = first
                path = name[name.index(after: slash)...]
            }
        }
        if ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"].contains(host) {
            host = dockerHub[...]
        }
        let isBare = host == dockerHub && !path.contains("/")
        return (String(host), isBare ? "library/\(path)" : String(path))
    }

    package static func isTag(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
        return isWord(first)
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isLowerOrDigit(byte) || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || byte == UInt8(ascii: "_")
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isHost(_ text: String) -> Bool {
        var name = text[...]
        var port: Substring?
        if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
            port = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        if let port {
            guard let number = UInt16(port), number > 0, port.utf8.allSatisfy(isLowerOrDigit) else { return false }
        }
        if name.hasPrefix("["), name.hasSuffix("]") {
            return name.count > 4 && name.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" }
        }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// Lower-case words joined by one `.`, one or two `_`, or any number of `-`.
    private static func isPathComponent(_ text: Substring) -> Bool {
        var separator: [UInt8] = []
        guard let first = text.utf8.first, let last = text.utf8.last, isLowerOrDigit(first), isLowerOrDigit(last) else {
            return false
        }
        for byte in text.utf8 {
            if isLowerOrDigit(byte) {
                let isOne = separator.count <= 1
                guard isOne || separator == Array("__".utf8) || separator.allSatisfy({ $0 == UInt8(ascii: "-") }) else {
                    return false
                }
                separator = []
            } else if [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-")].contains(byte) {
                separator.append(byte)
            } else {
                return false
            }
        }
        return true
    }
}
