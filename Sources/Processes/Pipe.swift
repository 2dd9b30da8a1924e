import CShims
import Glibc
import Model

/// A pipe whose reading end is ours and never blocks, and whose writing end goes to a child.
struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(Problem) {
        var ends: [Int32] = [-1, -1]
        if grapnel_pipe(&ends) != 0 {
            throw Problem(.limit, "no pipe for its output: \(systemMessage(errno))")
        }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
        _ = fcntl(reading.raw, F_SETFL, O_NONBLOCK)
    }

    /// Closes the writing end, so that the child's is the last one.
    consuming func intoReading() -> Int32 {
        reading.release()
    }
}
