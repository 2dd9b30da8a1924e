import Model

/// The lines of both streams of a container, whole ones as they come.
struct StreamedLines {
    /// Bytes of one line; what is longer is cut.
    static let longest = 16 << 10

    private var splitters: [ContainerStream: LineSplitter] = [
        .stdout: LineSplitter(limit: StreamedLines.longest), .stderr: LineSplitter(limit: StreamedLines.longest),
    ]
    private(set) var hasCut = false

    mutating func add(_ stream: ContainerStream, _ bytes: ArraySlice<UInt8>, each: ([UInt8]) -> Void) {
        var hasCut = false
        splitters[stream]?.add(bytes) { each(StreamedLines.line($0, &hasCut)) }
        if hasCut { self.hasCut = true }
    }

    /// What came after the last line's end.
    mutating func finish(each: (ContainerStream, [UInt8]) -> Void) {
        var hasCut = false
        for stream in [ContainerStream.stdout, .stderr] {
            splitters[stream]?.finish { each(stream, StreamedLines.line($0, &hasCut)) }
        }
        if hasCut { self.hasCut = true }
    }

    private static func line(_ bytes: UnsafeRawBufferPointer, _ hasCut: inout Bool) -> [UInt8] {
        if bytes.count > longest { hasCut = true }
        var line = Array(bytes.prefix(longest))
        // A terminal ends lines with both.
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}
