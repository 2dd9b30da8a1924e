package import Glibc

/// Files with the modes and links that a test asks for, in a directory of its own that is gone with the object.
package final class FileTree: Sendable {
    package let path: String

    package init() {
        var template = Array("/tmp/grapnel-tree-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { FileTree.remove(path) }

    package func path(_ name: String) -> String { path + "/" + name }

    /// With the directories above it.
    @discardableResult
    package func file(_ name: String, _ content: String = "", mode: mode_t = 0o644) -> String {
        let place = path(name)
        directory(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
        let descriptor = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { fatalError("\(place): \(String(cString: strerror(errno)))") }
        var rest = Array(content.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { fatalError("\(place): \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
        fchmod(descriptor, mode)
        close(descriptor)
        return place
    }

    /// A program in the shell's language.
    @discardableResult
    package func script(_ name: String, _ body: String, mode: mode_t = 0o755) -> String {
        file(name, "#!/bin/sh\n" + body + "\n", mode: mode)
    }

    /// With those above it; they are open to everyone's eyes, whatever the test's umask is.
    @discardableResult
    package func directory(_ name: String, mode: mode_t = 0o755) -> String {
        var place = path
        for component in name.split(separator: "/") {
            place += "/" + component
            if mkdir(place, 0o755) == 0 { chmod(place, 0o755) }
        }
        if mode != 0o755 { chmod(place, mode) }
        return place
    }

    @discardableResult
    package func link(_ name: String, to target: String) -> String {
        directory(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
        guard symlink(target, path(name)) == 0 else { fatalError("\(name): \(String(cString: strerror(errno)))") }
        return path(name)
    }

    /// Nil when there is no such file.
    package func read(_ name: String) -> String? {
        let descriptor = open(path(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += buffer[..<count]
        }
    }

    private static func remove(_ path: String) {
        guard unlink(path) != 0 else { return }
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}
