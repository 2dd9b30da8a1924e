import Glibc
package import Model

extension DeployLogs {
    /// For a process that only looks: nothing is made and nothing is removed.
    package static func read(_ deploy: DeployID, in directory: String) throws(Problem) -> [UInt8] {
        guard let path = path(deploy, in: directory) else {
            throw Problem(.invalid, "\"\(deploy)\" is not the id of a deploy")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return [] }
            throw SystemProblem.last("\(path) could not be opened")
        }
        defer { close(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while content.count <= DeployLogs.sizeLimit * 2 {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            content += buffer.prefix(count)
        }
        return content
    }

    /// An id comes from outside, too: only what can be one becomes part of a path.
    static func path(_ deploy: DeployID, in directory: String) -> String? {
        let isPlain = deploy.text.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        }
        return isPlain && !deploy.text.isEmpty ? "\(directory)/\(deploy.text).log" : nil
    }
}
