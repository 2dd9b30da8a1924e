import Model
import Processes
import Synchronization

/// What one run of a hook may write to its deploy's log.
final class HookLog: Sendable {
    /// In bytes.
    let limit: Int
    private let prefix: String
    private let deploy: DeployID
    private let sink: @Sendable (DeployID, String) -> Void
    private let redaction: Redaction
    private let room: Mutex<Int>

    init(_ hook: String, of deploy: DeployID, _ surroundings: HookSurroundings) {
        prefix = hook + ": "
        self.deploy = deploy
        sink = surroundings.log
        redaction = surroundings.services.redaction
        limit = surroundings.limits.output
        room = Mutex(limit)
    }

    /// One line, without its end.
    func add(_ line: some Collection<UInt8>) {
        guard room.withLock({ $0 > 0 }) else { return }
        let kept = line.prefix(OutputLines.longest)
        note(redaction.apply(String(harmless: kept)) + (kept.count < line.count ? "…" : ""))
        let isFull = room.withLock { room in
            room -= kept.count + 1
            return room <= 0
        }
        if isFull { note("… output beyond \(ByteSize.text(limit)) is not kept") }
    }

    func add(lines: String) {
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) { add(line) }
    }

    /// Our own words, which are few.
    func note(_ text: String) { sink(deploy, prefix + text) }
}
