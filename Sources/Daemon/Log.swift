package import Model
import Synchronization

/// The agent's own log, one line an entry. Lines are written with one `write` each, so that a kill loses
/// none and two never mix.
package final class Log: Sendable {
    package enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        package static func < (left: Level, right: Level) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    package enum Format: String, Hashable, Sendable {
        case text, json
    }

    private struct State {
        var level: Level
        var format: Format
        var write: @Sendable ([UInt8]) -> Void
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> Timestamp

    package init(
        level: Level = .info, format: Format = .text, clock: @escaping @Sendable () -> Timestamp,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        state = Mutex(State(level: level, format: format, write: write))
        self.clock = clock
    }

    /// After new settings.
    package func change(level: Level, format: Format, write: @escaping @Sendable ([UInt8]) -> Void) {
        state.withLock { $0 = State(level: level, format: format, write: write) }
    }

    package func debug(_ message: String, service: String? = nil, deploy: DeployID? = nil) {
        line(.debug, message, service: service, deploy: deploy)
    }

    package func info(_ message: String, service: String? = nil, deploy: DeployID? = nil) {
        line(.info, message, service: service, deploy: deploy)
    }

    package func warning(_ message: String, service: String? = nil, deploy: DeployID? = nil) {
        line(.warning, message, service: service, deploy: deploy)
    }

    package func error(_ message: String, service: String? = nil, deploy: DeployID? = nil) {
        line(.error, message, service: service, deploy: deploy)
    }

    package func line(_ level: Level, _ message: String, service: String? = nil, deploy: DeployID? = nil) {
        let (isWanted, format, write) = state.withLock { (level >= $0.level, $0.format, $0.write) }
        guard isWanted else { return }
        let text: String
        switch format {
        case .text:
            let place = [service, deploy?.text].compactMap(\.self).joined(separator: " ")
            text = "\(clock()) \(level.rawValue)\(place.isEmpty ? "" : " [\(place)]") \(message.oneLine)"
        case .json:
            var members = JSON.Members([
                ("time", .string("\(clock())")), ("level", .string(level.rawValue)), ("message", .string(message)),
            ])
            if let service { members["service"] = .string(service) }
            if let deploy { members["deploy"] = .string(deploy.text) }
            text = JSON.object(members).text
        }
        write(Array(text.utf8) + [UInt8(ascii: "\n")])
    }
}
