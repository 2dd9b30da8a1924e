import Glibc

/// A directory that goes away with its owner, and that every user can look into.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/grapnel-scripts-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
        chmod(path, 0o755)
    }

    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o755) -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        chmod(file, mode)
        return file
    }

    /// A shell script.
    @discardableResult
    func script(_ name: String, _ body: String) -> String { write(name, "#!/bin/sh\n\(body)\n") }

    /// Nil when there is no such file.
    func read(_ name: String) -> String? {
        guard let file = fopen("\(path)/\(name)", "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    func remove(_ name: String) { unlink("\(path)/\(name)") }

    deinit {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(directory)
        rmdir(path)
    }
}
