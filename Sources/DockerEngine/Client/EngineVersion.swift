package import Model

/// A version of the Engine API, such as 1.41.
package struct APIVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let major = parts[0], let minor = parts[1], major >= 0, minor >= 0 else { return nil }
        self.init(major, minor)
    }

    package var description: String { "\(major).\(minor)" }

    package static func < (left: APIVersion, right: APIVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

/// What an engine says of itself.
package struct EngineVersion: Hashable, Sendable {
    /// What this program is tested with. An engine older than the first lacks what a deploy needs; of a newer one the
    /// last is asked for, as long as it speaks that.
    package static let oldest = APIVersion(1, 40)
    package static let newest = APIVersion(1, 45)

    /// Of the engine, such as 26.1.5.
    package let name: String
    package let highest: APIVersion
    package let lowest: APIVersion
    /// As in an image's platform.
    package let os: String
    package let architecture: String

    package init(json: JSON) throws(Problem) {
        guard let highest = json["ApiVersion"]?.string.flatMap(APIVersion.init) else {
            throw Problem(.invalid, "the engine does not say which version of the API it speaks")
        }
        name = json["Version"]?.string ?? "unknown"
        self.highest = highest
        lowest = json["MinAPIVersion"]?.string.flatMap(APIVersion.init) ?? APIVersion(1, 12)
        os = json["Os"]?.string ?? "linux"
        architecture = json["Arch"]?.string ?? ""
    }

    /// The version to speak with it; `wanted` is what the owner insists on.
    func spoken(_ wanted: APIVersion?) throws(Problem) -> APIVersion {
        if let wanted {
            guard lowest...max(lowest, highest) ~= wanted else {
                throw Problem(
                    .unsupported,
                    "DOCKER_API_VERSION: the engine \(name) speaks \(lowest) to \(highest), and not \(wanted)")
            }
            return wanted
        }
        guard highest >= EngineVersion.oldest else {
            throw Problem(
                .unsupported,
                "the engine \(name) speaks the API up to \(highest), expected \(EngineVersion.oldest) at least (Docker 19.03)"
            )
        }
        guard lowest <= EngineVersion.newest else {
            throw Problem(
                .unsupported,
                "the engine \(name) speaks the API from \(lowest) on, and this program up to \(EngineVersion.newest)")
        }
        return min(highest, EngineVersion.newest)
    }
}
