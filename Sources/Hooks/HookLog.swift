import Lifecycle
import Model
import Synchronization

/// What one run of a hook may write to its deploy's log.
final class HookLog: Sendable {
    private let prefix: String
    private let deploy: DeployID
    private let sink: @Sendable (DeployID, String) -> Void
    /// How many bytes may still be written.
    private let room: Mutex<Int>

    init(_ hook: String, of deploy: DeployID, _ surroundings: HookSurroundings) {
        prefix = hook + ": "
        self.deploy = deploy
        sink = surroundings.log
        room = Mutex(surroundings.limits.output)
    }

    static let longestLine = 4 << 10

    /// One line, without its end.
    func add(_ line: UnsafeRawBufferPointer) {
        guard room.withLock({ $0 > 0 }) else { return }
        let text = OutputLine.text(line, limit: HookLog.longestLine)
        note(text)
        let isFull = room.withLock { room in
            room -= text.utf8.count + 1
            return room <= 0
        }
        if isFull { note("note: it wrote too much, the rest is not logged") }
    }

    func add(lines: String) {
        var text = lines
        text.withUTF8 { bytes in
            for line in UnsafeRawBufferPointer(bytes).split(separator: UInt8(ascii: "\n")) {
                add(UnsafeRawBufferPointer(rebasing: line))
            }
        }
    }

    /// Our own words, which are few.
    func note(_ text: String) { sink(deploy, prefix + text) }
}
