import CMicroHTTPD

/// What libmicrohttpd asks for the next bytes of a stream. The response holds the one reference to it.
final class StreamReader: Sendable {
    private let stream: ByteStream
    // Used only while libmicrohttpd asks for bytes for this very connection.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let suspensions: Suspension.Count

    init(stream: ByteStream, handle: OpaquePointer, suspensions: Suspension.Count) {
        self.stream = stream
        self.handle = handle
        self.suspensions = suspensions
    }

    func response() -> OpaquePointer? {
        let context = Unmanaged.passRetained(self)
        let response = MHD_create_response_from_callback(
            UInt64.max, 16 << 10,
            { context, _, buffer, count in
                let reader = Unmanaged<StreamReader>.fromOpaque(context!).takeUnretainedValue()
                return reader.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
            }, context.toOpaque(), { Unmanaged<StreamReader>.fromOpaque($0!).release() })
        if response == nil { context.release() }
        return response
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        stream.read(into: buffer) { Suspension(handle, suspensions) }
    }
}
