import Glibc

/// Reads one stream of a child, and keeps its beginning.
struct Capture: Sendable {
    enum Reading {
        case data
        case nothing
        /// The last process that held the writing end has closed it.
        case end
    }

    /// Nil once it is closed.
    private(set) var descriptor: Int32?
    private(set) var kept: [UInt8] = []
    private(set) var dropped = 0
    private let limit: Int
    private let poller: Poller

    init(_ descriptor: Int32, limit: Int, poller: Poller) {
        self.poller = poller
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Reads once, and so no more than a buffer's worth: other programs are waiting for their turn.
    mutating func read(with buffer: UnsafeMutableRawBufferPointer, live: (ArraySlice<UInt8>) -> Void) -> Reading {
        guard let descriptor else { return .end }
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return .nothing }
        guard count > 0 else {
            close()
            return .end
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        let room = min(count, limit - kept.count)
        kept.append(contentsOf: bytes.prefix(max(0, room)))
        dropped += count - max(0, room)
        live(ArraySlice(bytes))
        return .data
    }

    mutating func close() {
        if let descriptor { poller.close(descriptor) }
        descriptor = nil
    }
}
