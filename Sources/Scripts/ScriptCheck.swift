import Glibc
import Model
import Processes

/// Looks whether a script can be started, before anything has changed: a slip in the settings is not the release's
/// fault and must not get it blocked.
struct ScriptCheck: Sendable {
    let script: Script
    /// Where it starts when it has no directory of its own.
    let directory: String
    /// The script's key in the settings, and those beside it.
    let place: String
    let key: String

    /// Only what is certain: a place that cannot be looked into may be open to the script's user.
    func check() async throws(Problem) {
        let problem = try await OwnThread.run { () -> Problem? in
            do throws(Problem) {
                try checkUser()
                try checkDirectory()
                try checkProgram()
                return nil
            } catch {
                return error
            }
        }
        guard let problem else { throw Problem(.interrupted, "the agent is being stopped") }
        if let problem { throw problem }
    }

    private func checkUser() throws(Problem) {
        guard let user = script.user else { return }
        do throws(Problem) {
            _ = try UserAccount.find(String(user.prefix { $0 != ":" }))
        } catch {
            throw error.at("\(place).user")
        }
    }

    private func checkDirectory() throws(Problem) {
        guard let directory = script.directory else { return }
        switch look(directory) {
        case .missing: throw Problem(.notFound, "\(place).directory: \"\(directory)\" does not exist")
        case .mode(let mode) where mode & S_IFMT != S_IFDIR:
            throw Problem(.invalid, "\(place).directory: \"\(directory)\" is not a directory")
        case .mode, .unknown: break
        }
    }

    private func checkProgram() throws(Problem) {
        let program = script.name
        // Without a slash it is looked for in PATH, by whoever starts it.
        guard program.utf8.contains(UInt8(ascii: "/")) else { return }
        let start = script.directory ?? directory
        let file = program.hasPrefix("/") ? program : "\(start)/\(program)"
        let shown = program.hasPrefix("/") ? "\"\(program)\"" : "\"\(program)\" in \"\(start)\""
        switch look(file) {
        case .missing: throw Problem(.notFound, "\(place).\(key): there is no \(shown)")
        case .mode(let mode) where mode & S_IFMT != S_IFREG:
            throw Problem(.invalid, "\(place).\(key): \(shown) is not a file")
        case .mode(let mode) where mode & 0o111 == 0:
            throw Problem(.forbidden, "\(place).\(key): \(shown) is not executable, expected for example chmod +x")
        case .mode, .unknown: break
        }
    }

    private enum Seen {
        case missing
        case mode(mode_t)
        case unknown
    }

    private func look(_ path: String) -> Seen {
        var status = stat()
        if stat(path, &status) == 0 { return .mode(status.st_mode) }
        return errno == ENOENT || errno == ENOTDIR ? .missing : .unknown
    }
}
