import CYAML
package import Model

/// Reading YAML 1.2 as people write it in settings and compose files, over libyaml.
///
/// One document, UTF-8, with anchors, aliases and merge keys. What comes from outside is bounded: size,
/// depth, and what aliases expand to.
package enum YAML {
    package struct Limits: Sendable {
        package var bytes = 1 << 20
        package var depth = 64
        /// Nodes that aliases and merge keys add to those that the file holds itself.
        package var expandedNodes = 100_000

        package init() {}
    }

    /// What is wrong with a file, and where.
    package struct Mistake: Error, Hashable, Sendable {
        package let position: Position
        package let message: String
        package let code: Problem.Code

        package var problem: Problem { Problem(code, "\(position): \(message)") }
    }

    /// A file that could be read, although keys in it may be given twice.
    package struct Reading: Sendable {
        package let root: Node
        package let duplicates: [Mistake]
    }

    package static func parse(
        _ bytes: [UInt8], file: String, limits: Limits = Limits()
    ) throws(Problem) -> Node {
        let reading: Reading
        do {
            reading = try read(bytes, file: file, limits: limits)
        } catch {
            throw error.problem
        }
        if let first = reading.duplicates.first { throw first.problem }
        return reading.root
    }

    /// Like `parse`, for a caller that reports all mistakes of a file together.
    package static func read(
        _ bytes: [UInt8], file: String, limits: Limits = Limits()
    ) throws(Mistake) -> Reading {
        guard bytes.count <= limits.bytes else {
            throw Mistake(
                position: Position(file: file, line: 1, column: 1),
                message: "the file has \(bytes.count) bytes, expected at most \(limits.bytes)", code: .limit)
        }
        let skipped = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let marks = Marks(bytes: bytes, skipping: skipped)
        if let invalid = firstInvalidByte(bytes) {
            throw Mistake(
                position: marks.mark(atByte: invalid).position(in: file), message: "the text is not UTF-8",
                code: .invalid)
        }
        return try bytes[skipped...].withUnsafeBufferPointer { text throws(Mistake) in
            let events = try Events(reading: text, file: file, marks: marks)
            defer { events.close() }
            var builder = TreeBuilder(events: events, limits: limits)
            return try builder.document()
        }
    }

    private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var position = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): position += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return position
            }
        }
    }
}
