package import Model
import Synchronization

extension Engine {
    /// The last lines that a container has printed, on both streams. A log driver that cannot be read is a problem.
    package func lastLines(of id: String, count: Int) async throws(Problem) -> [String] {
        let bytes = Mutex<[UInt8]>([])
        try await stream(
            "GET", "/containers/\(id)/logs", [("stdout", "1"), ("stderr", "1"), ("tail", "\(count)")],
            timeout: .seconds(3)
        ) { new in
            bytes.withLock { bytes in
                bytes += new
                return bytes.count < 256 << 10
            }
        }
        let raw = bytes.withLock { $0 }
        let unframed = Mutex<[UInt8]>([])
        var frames = StreamFrames()
        // With a terminal there are no frames.
        let isFramed = frames.take(raw[...]) { _, piece in unframed.withLock { $0 += piece } }
        let text = isFramed ? unframed.withLock { $0 } : raw
        return text.split(separator: UInt8(ascii: "\n")).suffix(count).map { String(harmless: $0.prefix(1000)) }
    }
}
