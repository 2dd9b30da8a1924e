import Glibc

/// Cuts a stream of bytes into lines. A program may write a million of them, so that those which nobody wants must cost
/// next to nothing.
struct LineSplitter {
    /// Bytes of one line; what is beyond is dropped.
    private let limit: Int
    /// The beginning of a line whose end has not come yet.
    private var begun: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// Lines are handed on without their ends, and cut at one byte more than the limit.
    mutating func add(_ bytes: ArraySlice<UInt8>, each: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while let end = LineSplitter.lineFeed(in: rest) {
                take(rest[..<end], each)
                rest = rest[(end + 1)...]
            }
            keep(rest)
        }
    }

    /// What came after the last line's end.
    mutating func finish(each: (UnsafeRawBufferPointer) -> Void) {
        if !begun.isEmpty { take(UnsafeRawBufferPointer(start: nil, count: 0)[...], each) }
    }

    private mutating func take(_ line: Slice<UnsafeRawBufferPointer>, _ each: (UnsafeRawBufferPointer) -> Void) {
        guard !begun.isEmpty else { return each(UnsafeRawBufferPointer(rebasing: line.prefix(limit + 1))) }
        keep(line)
        begun.withUnsafeBytes(each)
        begun.removeAll(keepingCapacity: true)
    }

    private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) {
        begun.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, limit + 1 - begun.count))))
    }

    private static func lineFeed(in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        let buffer = UnsafeRawBufferPointer(rebasing: bytes)
        guard let start = buffer.baseAddress, let found = memchr(start, 10, buffer.count) else { return nil }
        return bytes.startIndex + (UnsafeRawPointer(found) - start)
    }
}
