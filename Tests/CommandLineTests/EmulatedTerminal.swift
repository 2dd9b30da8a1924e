/// A terminal as far as this program uses one: it breaks long lines, moves its cursor up, takes away what is below it, and
/// breaks its lines anew when somebody makes it wider or narrower.
struct EmulatedTerminal {
    private struct Row {
        var text: [Character] = []
        /// The next row belongs to the same line.
        var goesOn = false
    }

    private(set) var columns: Int
    let height: Int
    private var rows = [Row()]
    private var row = 0
    private var column = 0

    init(columns: Int, height: Int = 24) {
        self.columns = columns
        self.height = height
    }

    /// All that is there and that has scrolled out, without what is empty at the end.
    var lines: [String] {
        var lines = rows.map { String($0.text) }
        while lines.last?.allSatisfy({ $0 == " " }) == true { lines.removeLast() }
        return lines
    }

    var text: String { lines.joined(separator: "\n") }

    mutating func write(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n":
                row += 1
                if row == rows.count { rows.append(Row()) }
                column = 0
            case "\u{1B}": control(&rest)
            default: put(Character(scalar))
            }
        }
    }

    private mutating func control(_ rest: inout ArraySlice<Unicode.Scalar>) {
        precondition(rest.popFirst() == "[", "an unknown sequence")
        var number = ""
        while let next = rest.popFirst() {
            guard next.properties.isAlphabetic else {
                number.unicodeScalars.append(next)
                continue
            }
            switch next {
            case "A": row = max(row - (Int(number) ?? 1), max(0, rows.count - height))
            case "J":
                rows.removeSubrange((row + 1)...)
                rows[row].text.removeSubrange(min(column, rows[row].text.count)...)
                rows[row].goesOn = false
            case "m": break
            default: preconditionFailure("an unknown sequence")
            }
            return
        }
    }

    private mutating func put(_ character: Character) {
        if column == columns {
            rows[row].goesOn = true
            row += 1
            if row == rows.count { rows.append(Row()) }
            column = 0
        }
        while rows[row].text.count <= column { rows[row].text.append(" ") }
        rows[row].text[column] = character
        column += 1
    }

    mutating func resize(_ columns: Int) {
        var whole: [[Character]] = []
        var cursor = (line: 0, offset: 0)
        var isNew = true
        for (index, row) in rows.enumerated() {
            if isNew { whole.append([]) }
            if index == self.row { cursor = (whole.count - 1, whole[whole.count - 1].count + column) }
            whole[whole.count - 1] += row.text
            isNew = !row.goesOn
        }
        self.columns = columns
        rows = []
        for (index, line) in whole.enumerated() {
            let first = rows.count
            var rest = line[...]
            repeat {
                rows.append(Row(text: Array(rest.prefix(columns))))
                rest = rest.dropFirst(columns)
                rows[rows.count - 1].goesOn = !rest.isEmpty
            } while !rest.isEmpty
            guard index == cursor.line else { continue }
            row = min(first + cursor.offset / columns, rows.count - 1)
            column = cursor.offset - (row - first) * columns
        }
    }
}
