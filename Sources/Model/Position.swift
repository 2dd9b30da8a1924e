/// A place in a file that a person wrote, or a label of a container. Lines and columns count from 1, columns in
/// characters; a label has neither.
package struct Position: Hashable, Sendable {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package static func label(_ name: String, ofContainer container: String) -> Position {
        Position(file: "container \(container), label \(name)", line: 0, column: 0)
    }

    package var isLabel: Bool { line == 0 }
}

extension Position: CustomStringConvertible {
    package var description: String { isLabel ? file : "\(file):\(line):\(column)" }
}

extension Position: Comparable {
    package static func < (left: Position, right: Position) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
