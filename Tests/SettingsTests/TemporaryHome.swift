import Glibc
import Model
import Testing

/// A home of files in a directory of its own, which goes away with it.
final class TemporaryHome {
    let home: Home
    private let directory: String

    init(_ files: [String: String]) throws {
        var template = Array("/tmp/grapnel-settings-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        home = Home(under: directory)
        for (name, text) in files { try write(name, Array(text.utf8)) }
    }

    deinit { remove(directory) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let path = "\(directory)/\(name)"
        if let slash = name.lastIndex(of: "/") { mkdir("\(directory)/\(name[..<slash])", 0o755) }
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    /// The text without this home's own path, which differs from run to run.
    func shortened(_ text: some CustomStringConvertible) -> String {
        var rest = "\(text)"[...]
        var result = ""
        while let character = rest.first {
            if rest.hasPrefix(directory + "/") {
                rest = rest.dropFirst(directory.count + 1)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private func remove(_ path: String) {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(stream)
        }
        Glibc.remove(path)
    }
}
