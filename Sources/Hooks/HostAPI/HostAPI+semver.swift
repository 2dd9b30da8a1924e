import LuaRuntime
import Model

/// Versions as people write tags: also with a `v` in front, or with one or two numbers only.
extension HostAPI {
    static let semver: [AgentFunction] = [
        AgentFunction("semver.parse") { call throws(Problem) in
            guard let version = Version(tag: try call.string(0, "version")) else { return nil }
            return [
                "major": .integer(Int64(clamping: version.major)), "minor": .integer(Int64(clamping: version.minor)),
                "patch": .integer(Int64(clamping: version.patch)),
                "prerelease": LuaValue(version.prerelease.map(\.text).joined(separator: ".")),
                "build": LuaValue(version.build),
            ]
        },
        AgentFunction("semver.compare") { call throws(Problem) in
            let (one, other) = (try call.version(0, "a"), try call.version(1, "b"))
            return one < other ? -1 : one == other ? 0 : 1
        },
        AgentFunction("semver.satisfies") { call throws(Problem) in
            let range = try VersionRange(try call.string(1, "range"))
            // "latest" is in no range, which is no mistake.
            return .boolean(Version(tag: try call.string(0, "version")).map(range.contains) ?? false)
        },
        AgentFunction("semver.highest") { call throws(Problem) in
            let tags = try call.strings(0, "tags")
            let range = try call.optionalString(1, "range")
            return LuaValue(HostAPI.highest(tags, in: try range.map { text throws(Problem) in try VersionRange(text) }))
        },
    ]

    /// Of two tags for one version, the longer says more: `1.2.0` rather than `1.2`.
    private static func highest(_ tags: [String], in range: VersionRange?) -> String? {
        var best: (version: Version, tag: String)?
        for tag in tags {
            guard let version = Version(tag: tag), range?.contains(version) ?? !version.isPrerelease else { continue }
            guard let known = best else {
                best = (version, tag)
                continue
            }
            let isBetter =
                version > known.version || version == known.version && tag.utf8.count > known.tag.utf8.count
            if isBetter { best = (version, tag) }
        }
        return best?.tag
    }
}

extension AgentCall {
    fileprivate func version(_ index: Int, _ name: String) throws(Problem) -> Version {
        guard let version = Version(tag: try string(index, name)) else {
            throw wrong(index, name, expected: "a version such as \"1.2.3\"")
        }
        return version
    }
}
