package import Glibc

/// Files with the modes and links that a test asks for, in a directory of its own that is gone with the object.
package final class FileTree: Sendable {
    package let path: String
    private let isKept: Bool

    /// Open to everyone's eyes: tests run programs as other users.
    package init() {
        var template = Array("/tmp/grapnel-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        isKept = false
        chmod(path, 0o755)
    }

    /// At a path where nothing is yet. One that is kept is somebody else's to remove.
    package init(at path: String, isKept: Bool = false) {
        self.path = path
        self.isKept = isKept
        mkdir(path, 0o755)
    }

    deinit { if !isKept { FileTree.delete(path) } }

    package func path(_ name: String) -> String { path + "/" + name }

    // MARK: - Making

    /// With the directories above it.
    @discardableResult
    package func file(_ name: String, _ content: String = "", mode: mode_t = 0o644) -> String {
        file(name, content.utf8, mode: mode)
    }

    @discardableResult
    package func file(_ name: String, _ content: some Collection<UInt8>, mode: mode_t = 0o644) -> String {
        let place = path(name)
        directory(String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]))
        let descriptor = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { fatalError("\(place): \(String(cString: strerror(errno)))") }
        var rest = Array(content)[...]
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

    /// With everything that is in it.
    package func remove(_ name: String) { FileTree.delete(path(name)) }

    // MARK: - Looking

    /// Nil when there is no such file.
    package func read(_ name: String) -> String? {
        FileTree.content(path(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Empty when there is no such file.
    package func bytes(_ name: String) -> [UInt8] { FileTree.content(path(name)) ?? [] }

    /// Sorted; empty when there is no such directory.
    package func names(in directory: String = "") -> [String] { FileTree.names(path(directory)).sorted() }

    /// Permission bits; nil when there is nothing of that name.
    package func mode(of name: String) -> mode_t? {
        var status = stat()
        return stat(path(name), &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Anywhere; empty when there is no such file.
    package static func bytes(at path: String) -> [UInt8] { content(path) ?? [] }

    private static func content(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
    }

    private static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func delete(_ path: String) {
        guard unlink(path) != 0 else { return }
        for name in names(path) { delete(path + "/" + name) }
        rmdir(path)
    }
}
