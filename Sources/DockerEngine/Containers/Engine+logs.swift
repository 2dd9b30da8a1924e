package import Model
import Synchronization

extension Engine {
    /// The last lines that a container has printed, on both streams. A log driver that cannot be read is a problem.
    package func lastLines(of id: String, count: Int) async throws(Problem) -> [String] {
        let bytes = Mutex<[UInt8]>([])
        try await stream(
            "GET", "/containers/\(id)/logs", [("stdout", "1"), ("stderr", "1"), ("tail", "\(count)")],
            timeout: .seconds(10)
        ) { new in
            bytes.withLock { bytes in
                bytes += new
                return bytes.count < 256 << 10
            }
        }
        let text = LogFrames.text(of: bytes.withLock { $0 })
        return text.split(separator: UInt8(ascii: "\n")).suffix(count).map { String(harmless: $0.prefix(1000)) }
    }
}

/// The stream of a container without a terminal comes in frames: one byte says which stream, four how long.
enum LogFrames {
    static func text(of bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        var rest = bytes[...]
        while rest.count >= 8, rest[rest.startIndex] <= 2 {
            let header = Array(rest.prefix(8))
            // With a terminal there are no frames, and no zeros.
            guard header[1...3].allSatisfy({ $0 == 0 }) else { break }
            let size = header[4...7].reduce(0) { ($0 << 8) + Int($1) }
            text += rest.dropFirst(8).prefix(size)
            rest = rest.dropFirst(8 + size)
        }
        return text.isEmpty ? bytes : text
    }
}
