import Glibc
import Synchronization

/// The process of a command that runs.
final class Pid: Sendable {
    private let number = Mutex<pid_t>(0)

    var value: pid_t {
        get { number.withLock { $0 } }
        set { number.withLock { $0 = newValue } }
    }
}

/// What a command has printed so far.
final class Shown: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func add(_ more: ArraySlice<UInt8>) { bytes.withLock { $0 += more } }
}
