package import Glibc

/// Whether somebody else could change what lies at a path. Hooks, plugins and settings run with the
/// agent's rights, so only root and the agent's own user may have a hand in them.
package struct FileTrust: Sendable {
    private let owner: uid_t

    /// A loop of links, or nearly one.
    private static let mostLinks = 40

    package init(owner: uid_t = geteuid()) { self.owner = owner }

    /// Why it is not to be trusted; nil when it is. What a link leads to is judged, and everything on the way.
    /// Asks the file system: not for Swift's cooperative pool.
    package func objection(to path: String) -> String? {
        guard path.hasPrefix("/") else { return "\(path) is not an absolute path" }
        var walk = Walk(rest: Walk.components(path))
        if let objection = objection(to: "/", named: "/", isLast: walk.rest.isEmpty) { return objection }
        while let name = walk.rest.popLast() {
            if name == ".." {
                walk.place = walk.parent
                continue
            }
            let place = (walk.place == "/" ? "" : walk.place) + "/" + name
            if let target = linkTarget(place) {
                if let objection = ownerObjection(to: place, named: place == path ? "it" : place) { return objection }
                walk.links += 1
                guard walk.links <= FileTrust.mostLinks else { return "it is a link in a circle of links" }
                if target.hasPrefix("/") { walk.place = "/" }
                walk.rest += Walk.components(target)
                continue
            }
            let name = place == path ? "it" : place
            if let objection = objection(to: place, named: name, isLast: walk.rest.isEmpty) { return objection }
            walk.place = place
        }
        return nil
    }

    private struct Walk {
        /// What still has to be walked, the next one last.
        var rest: [String]
        /// Free of links, so that `..` can be cut off as text.
        var place = "/"
        var links = 0

        var parent: String {
            let above = place[..<(place.lastIndex(of: "/") ?? place.startIndex)]
            return above.isEmpty ? "/" : String(above)
        }

        static func components(_ path: String) -> [String] {
            path.split(separator: "/").filter { $0 != "." }.reversed().map(String.init)
        }
    }

    private func objection(to place: String, named name: String, isLast: Bool) -> String? {
        var status = stat()
        guard lstat(place, &status) == 0 else { return "\(name) cannot be read: \(systemMessage(errno))" }
        if let objection = ownerObjection(status, named: name) { return objection }
        // In a sticky directory nobody can replace what belongs to another; but what it holds directly may
        // come from anybody, hard links included.
        if !isLast, status.st_mode & S_ISVTX != 0 { return nil }
        let writers = [(S_IWOTH, "everyone"), (S_IWGRP, "its group")].first { status.st_mode & $0.0 != 0 }
        return writers.map { "\(name) is writable by \($0.1) (mode \(Self.octal(status.st_mode)))" }
    }

    private func ownerObjection(to place: String, named name: String) -> String? {
        var status = stat()
        guard lstat(place, &status) == 0 else { return "\(name) cannot be read: \(systemMessage(errno))" }
        return ownerObjection(status, named: name)
    }

    private func ownerObjection(_ status: stat, named name: String) -> String? {
        guard status.st_uid != 0, status.st_uid != owner else { return nil }
        return "\(name) belongs to user \(status.st_uid), expected root\(owner == 0 ? "" : " or user \(owner)")"
    }

    /// Nil for what is no link.
    private func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes {
            readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    private static func octal(_ mode: mode_t) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
