import Glibc
package import Model

/// Reads what a directory holds.
package enum Directory {
    /// The names in it, sorted by their bytes, so that the order is the same under every locale. Asks the file system:
    /// not for Swift's cooperative pool.
    package static func names(in path: String) throws(Problem) -> [String] {
        guard let directory = opendir(path) else { throw Problem(file: path, errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw Problem(file: path, errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
