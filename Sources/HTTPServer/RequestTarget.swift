/// The target of a request line, taken apart and decoded; nil where anything in it is not what it has to be.
struct RequestTarget {
    let path: String
    let rawPath: String
    let query: [(String, String)]

    /// Only the form with a leading slash: this is no proxy.
    init?(_ target: String) {
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return nil
        }
        let end = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        rawPath = String(target[..<end])
        guard let path = Self.decoded(target[..<end].utf8, plusIsSpace: false) else { return nil }
        self.path = path
        var query: [(String, String)] = []
        if end != target.endIndex {
            for pair in target[end...].dropFirst().utf8.split(separator: UInt8(ascii: "&")) {
                let equals = pair.firstIndex(of: UInt8(ascii: "="))
                guard let name = Self.decoded(pair[..<(equals ?? pair.endIndex)], plusIsSpace: true),
                    let value = Self.decoded(
                        equals.map { pair[$0...].dropFirst() } ?? pair.suffix(0), plusIsSpace: true)
                else { return nil }
                query.append((name, value))
            }
        }
        self.query = query
    }

    /// Every percent sign must begin an escape, and what comes out must be UTF-8 without NUL.
    private static func decoded(_ text: Substring.UTF8View, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                guard high << 4 | low != 0 else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
