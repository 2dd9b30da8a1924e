import Files
import Glibc
import LuaRuntime
import Model
import Processes

/// All of them wait for the file system on a thread of their own, so that the hook's time holds for one that hangs.
extension HostAPI {
    static let files: [AgentFunction] = [
        .waiting("files.read", power: .files) { call async throws(Problem) in
            let path = try call.path(0)
            return .string(
                try await OwnThread.run(throwing: { () throws(Problem) in
                    try FileContent.read(path, limit: HostAPI.largestFile)
                }))
        },
        .waiting("files.write", power: .files) { call async throws(Problem) in
            let path = try call.path(0)
            let content = try call.bytes(1, "text")
            guard content.count <= HostAPI.largestFile else {
                throw Problem(
                    .limit,
                    "\(path): longer than \(ByteSize.text(HostAPI.largestFile)), which is the most that is written")
            }
            try await OwnThread.run(throwing: { () throws(Problem) in try AtomicFile.write(content, to: path) })
            return nil
        },
        .waiting("files.exists", power: .files) { call async throws(Problem) in
            let path = try call.path(0)
            return .boolean(try await OwnThread.run(throwing: { access(path, F_OK) == 0 }))
        },
        .waiting("files.list", power: .files) { call async throws(Problem) in
            let path = try call.path(0)
            let names = try await OwnThread.run(throwing: { () throws(Problem) in try Directory.names(in: path) })
            guard names.reduce(0, { $0 + $1.utf8.count }) <= HostAPI.largestFile else {
                throw Problem(.limit, "\(path): more than \(ByteSize.text(HostAPI.largestFile)) of names")
            }
            return LuaValue(names.map { LuaValue($0) })
        },
    ]

    private static let largestFile = 1 << 20
}

extension AgentCall {
    fileprivate func path(_ index: Int) throws(Problem) -> String {
        let path = try string(index, "path")
        // The agent's own directory is nobody's business, and a NUL would cut the path.
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw wrong(index, "path", expected: "an absolute path")
        }
        return path
    }
}
