/// Columns for people. What came from outside is made harmless before it reaches a terminal.
struct Table {
    let headings: [String]
    private var rows: [[Cell]] = []

    struct Cell {
        let text: String
        var colour: Terminal.Colour?
    }

    init(_ headings: String...) { self.headings = headings }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    func text(_ terminal: Terminal) -> String {
        let plain = rows.map { $0.map { Table.harmless($0.text) } }
        let widths = headings.indices.map { column in
            ([headings[column]] + plain.map { $0[column] }).map(\.count).max() ?? 0
        }
        func pad(_ text: String, _ column: Int) -> String {
            column == headings.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
        }
        var lines = [headings.indices.map { terminal.paint(pad(headings[$0], $0), .dim) }.joined(separator: "  ")]
        for (row, cells) in rows.enumerated() {
            let columns = cells.indices.map { column in
                let text = pad(plain[row][column], column)
                return cells[column].colour.map { terminal.paint(text, $0) } ?? text
            }
            lines.append(columns.joined(separator: "  "))
        }
        return lines.joined(separator: "\n")
    }

    /// One line, and no escape sequences.
    static func harmless(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}

extension Table.Cell: ExpressibleByStringInterpolation {
    init(stringLiteral value: String) { self.init(text: value) }
    init(_ text: String?, _ colour: Terminal.Colour? = nil) { self.init(text: text ?? "-", colour: colour) }
}
