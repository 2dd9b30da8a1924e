import Glibc

/// Whether somebody else could read what lies at a path.
package enum FileSecrecy {
    /// Who could; nil when nobody can but the owner and those in the file's group, which were chosen by someone. What a
    /// link leads to is judged. Asks the file system: not for Swift's cooperative pool.
    package static func objection(to path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        var place = String(cString: real)
        guard let mode = mode(of: place), mode & S_IROTH != 0 else { return nil }
        let digits = String(mode & 0o7777, radix: 8)
        // Nobody gets through a directory that is closed to others.
        while let slash = place.lastIndex(of: "/"), place != "/" {
            place = slash == place.startIndex ? "/" : String(place[..<slash])
            guard let mode = Self.mode(of: place), mode & S_IXOTH != 0 else { return nil }
        }
        return "everyone on this machine can read it (mode 0\(digits))"
    }

    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }
}
