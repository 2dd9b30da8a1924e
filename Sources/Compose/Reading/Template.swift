import Model

/// A value of a compose file, in which variables may stand for parts: `ghcr.io/me/web:${TAG:-1.0}`.
struct Template {
    indirect enum Part {
        /// `range` is where it stands, in bytes of the value.
        case text(String, range: Range<Int>)
        /// `$$`.
        case dollar
        case variable(String, Operation?)
    }

    struct Operation {
        enum Kind {
            /// `-`: what stands for a variable without a value.
            case fallback
            /// `+`: what stands for one with a value.
            case replacement
            /// `?`: what is said of one without a value.
            case requirement
        }

        let kind: Kind
        /// With a colon an empty value is none.
        let takesEmptyForNone: Bool
        let operand: Template
    }

    /// A piece of what the value comes to.
    struct Leaf {
        enum Source {
            /// It is written in the value.
            case written(Range<Int>)
            case variable(String)
            case dollar
        }

        let text: String
        let source: Source
    }

    let parts: [Part]

    var isPlain: Bool {
        parts.allSatisfy { part in
            if case .text = part { true } else { false }
        }
    }

    init(_ value: String) throws(Problem) {
        var reader = Reader(bytes: Array(value.utf8))
        parts = try reader.parts(isOperand: false)
    }

    init(single part: Part) { parts = [part] }

    private init(parts: [Part]) { self.parts = parts }

    /// What it comes to with these variables, piece by piece.
    func leaves(_ variables: [String: String]) throws(Problem) -> [Leaf] {
        var leaves: [Leaf] = []
        for part in parts {
            switch part {
            case .text(let text, let range): leaves.append(Leaf(text: text, source: .written(range)))
            case .dollar: leaves.append(Leaf(text: "$", source: .dollar))
            case .variable(let name, let operation): leaves += try Template.leaves(name, operation, variables)
            }
        }
        return leaves
    }

    func text(_ variables: [String: String]) throws(Problem) -> String {
        try leaves(variables).map(\.text).joined()
    }

    private static func leaves(
        _ name: String, _ operation: Operation?, _ variables: [String: String]
    ) throws(Problem) -> [Leaf] {
        let value = variables[name]
        let own = [Leaf(text: value ?? "", source: .variable(name))]
        guard let operation else { return own }
        let isThere = operation.takesEmptyForNone ? !(value ?? "").isEmpty : value != nil
        switch operation.kind {
        case .fallback: return isThere ? own : try operation.operand.leaves(variables)
        case .replacement: return isThere ? try operation.operand.leaves(variables) : []
        case .requirement:
            guard isThere else {
                let said = (try? operation.operand.text(variables)) ?? ""
                throw Problem(.invalid, "the variable \(name) has no value" + (said.isEmpty ? "" : ": \(said)"))
            }
            return own
        }
    }

    // MARK: - Reading

    private struct Reader {
        let bytes: [UInt8]
        var next = 0
        private var depth = 0

        /// More than anybody writes, and far from what the stack bears.
        private static let deepest = 16

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// An operand ends before the brace that closes its variable.
        mutating func parts(isOperand: Bool) throws(Problem) -> [Part] {
            var parts: [Part] = []
            var begin = next
            func text(_ end: Int) -> [Part] {
                begin == end
                    ? [] : [.text(String(decoding: bytes[begin..<end], as: UTF8.self), range: begin..<end)]
            }
            while next < bytes.count {
                if isOperand, bytes[next] == UInt8(ascii: "}") { break }
                guard bytes[next] == UInt8(ascii: "$") else {
                    next += 1
                    continue
                }
                parts += text(next)
                next += 1
                parts.append(try variable())
                begin = next
            }
            return parts + text(next)
        }

        private mutating func variable() throws(Problem) -> Part {
            switch next < bytes.count ? bytes[next] : nil {
            case UInt8(ascii: "$"):
                next += 1
                return .dollar
            case UInt8(ascii: "{"):
                next += 1
                return try braced()
            default: return .variable(try name(), nil)
            }
        }

        private mutating func name() throws(Problem) -> String {
            let begin = next
            while next < bytes.count, Template.isNameByte(bytes[next], isFirst: next == begin) { next += 1 }
            guard next > begin else {
                throw Problem(
                    .invalid, "\"$\" without the name of a variable behind it, expected \"$$\" where it means itself")
            }
            return String(decoding: bytes[begin..<next], as: UTF8.self)
        }

        private mutating func braced() throws(Problem) -> Part {
            let name = try name()
            var operation: Operation?
            let hasColon = next < bytes.count && bytes[next] == UInt8(ascii: ":")
            if hasColon { next += 1 }
            if let kind = next < bytes.count ? Reader.kind(bytes[next]) : nil {
                next += 1
                depth += 1
                guard depth < Reader.deepest else {
                    throw Problem(.limit, "variables within variables, \(depth) deep")
                }
                let operand = Template(parts: try parts(isOperand: true))
                depth -= 1
                operation = Operation(kind: kind, takesEmptyForNone: hasColon, operand: operand)
            }
            guard next < bytes.count, bytes[next] == UInt8(ascii: "}"), operation != nil || !hasColon else {
                throw Problem(
                    .invalid, "\"${\(name)\" is not closed as it should be, expected for example \"${\(name)}\"")
            }
            next += 1
            return .variable(name, operation)
        }

        private static func kind(_ byte: UInt8) -> Operation.Kind? {
            switch byte {
            case UInt8(ascii: "-"): .fallback
            case UInt8(ascii: "+"): .replacement
            case UInt8(ascii: "?"): .requirement
            default: nil
            }
        }
    }

    static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
        default: false
        }
    }
}
