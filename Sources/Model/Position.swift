/// A place in a file that a person wrote. Lines and columns count from 1, columns in characters.
package struct Position: Hashable, Sendable {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension Position: CustomStringConvertible {
    package var description: String { "\(file):\(line):\(column)" }
}

extension Position: Comparable {
    package static func < (left: Position, right: Position) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
