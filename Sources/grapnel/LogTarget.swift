import Daemon
import Glibc
import Model
import Settings

/// Where the agent's log goes: standard error, or the file that the settings name.
enum LogTarget {
    static func apply(_ settings: LogSettings, to log: Log) throws(Problem) {
        let level = Log.Level(rawValue: settings.level.rawValue) ?? .info
        let format = Log.Format(rawValue: settings.format.rawValue) ?? .text
        guard let path = settings.file else {
            log.change(level: level, format: format) { Terminal.write($0, to: 2) }
            return
        }
        // Opened anew at each reload, so that a rotated file is let go of.
        let file = try LogFile(path)
        log.change(level: level, format: format) { Terminal.write($0, to: file.descriptor) }
    }
}

final class LogFile: Sendable {
    let descriptor: Int32

    init(_ path: String) throws(Problem) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemProblem.last("log.file: \(path) could not be opened") }
    }

    deinit { close(descriptor) }
}
