import Model

/// Takes the two streams of a program without a terminal apart. They come in frames: one byte says which stream, four
/// how long, then that many bytes; and the frames come in pieces of any size.
struct StreamFrames {
    private var header: [UInt8] = []
    private var stream = ContainerStream.stdout
    /// Of the frame that has begun.
    private var left = 0

    /// False for what are no frames.
    mutating func take(_ bytes: ArraySlice<UInt8>, _ output: ContainerStream.Output) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            if left > 0 {
                let piece = rest.prefix(left)
                output(stream, piece)
                left -= piece.count
                rest = rest.dropFirst(piece.count)
                continue
            }
            let piece = rest.prefix(8 - header.count)
            header += piece
            rest = rest.dropFirst(piece.count)
            guard header.count == 8 else { return true }
            guard header[0] <= 2, header[1] == 0, header[2] == 0, header[3] == 0 else { return false }
            stream = header[0] == 2 ? .stderr : .stdout
            left = header[4...7].reduce(0) { ($0 << 8) + Int($1) }
            header.removeAll(keepingCapacity: true)
        }
        return true
    }
}
