import Lifecycle
import Model
import Synchronization

/// Puts server-sent events together again; they arrive in whatever pieces the network makes.
final class EventDecoder: Sendable {
    private let rest = Mutex<[UInt8]>([])
    private let each: @Sendable (DeployProgress) -> Void

    init(_ each: @escaping @Sendable (DeployProgress) -> Void) { self.each = each }

    func feed(_ bytes: ArraySlice<UInt8>) {
        let lines = rest.withLock { rest in
            rest += bytes
            var lines: [[UInt8]] = []
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(Array(rest[..<end]))
                rest.removeSubrange(...end)
            }
            return lines
        }
        for line in lines where line.starts(with: "data: ".utf8) {
            guard let json = try? JSON(parsing: line.dropFirst(6)), let progress = DeployProgress(json: json) else {
                continue
            }
            each(progress)
        }
    }
}
