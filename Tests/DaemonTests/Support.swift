import Model
import TestKit

@testable import Daemon

let noon = Timestamp(microseconds: 1_800_014_400_000_000)
let noonText = "2027-01-15T12:00:00.000Z"

/// A log whose lines a test can read.
struct ReadableLog {
    let log: Log
    private let written: Recorded<[UInt8]>

    init(level: Log.Level = .info, format: Log.Format = .text) {
        let written = Recorded<[UInt8]>()
        self.written = written
        log = Log(level: level, format: format, clock: { noon }, write: { written.append($0) })
    }

    /// What was written, one write each.
    var writes: [String] { written.all.map { String(decoding: $0, as: UTF8.self) } }
}
