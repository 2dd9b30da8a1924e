extension JSON {
    /// Compact, on one line.
    package var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes, indent: nil)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Over several lines, for people.
    package var prettyText: String {
        var bytes: [UInt8] = []
        write(to: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8], indent: Int?) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        // JSON has no infinities and no NaN.
        case .number(let value): bytes += value.isFinite ? Array(String(value).utf8) : Array("null".utf8)
        case .string(let value): JSON.write(value, to: &bytes)
        case .array(let elements):
            JSON.writeList(elements, "[", "]", to: &bytes, indent: indent) { element, bytes, indent in
                element.write(to: &bytes, indent: indent)
            }
        case .object(let members):
            JSON.writeList(members.pairs, "{", "}", to: &bytes, indent: indent) { pair, bytes, indent in
                JSON.write(pair.key, to: &bytes)
                bytes += (indent == nil ? ":" : ": ").utf8
                pair.value.write(to: &bytes, indent: indent)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element], _ open: String, _ close: String, to bytes: inout [UInt8], indent: Int?,
        each: (Element, inout [UInt8], Int?) -> Void
    ) {
        bytes += open.utf8
        let inner = elements.isEmpty ? nil : indent.map { $0 + 1 }
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes += ",".utf8 }
            newLine(inner, to: &bytes)
            each(element, &bytes, inner)
        }
        if inner != nil { newLine(indent, to: &bytes) }
        bytes += close.utf8
    }

    private static func newLine(_ indent: Int?, to bytes: inout [UInt8]) {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes += repeatElement(UInt8(ascii: " "), count: indent * 2)
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 0..<0x20, 0x7F:
                let hex = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes.append(hex[Int(byte >> 4)])
                bytes.append(hex[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
