/// URLs as people are shown them.
package enum URLText {
    /// Without user, password, query and fragment, which may be secrets. Works on text that is no URL too, since it
    /// may be that text's problem that has to be shown.
    package static func shown(_ url: String, hidesPath: Bool = false) -> String {
        let whole = url.prefix { $0 != "?" && $0 != "#" }
        let scheme: Substring
        let rest: Substring
        if let colon = whole.firstIndex(of: ":"), whole[colon...].hasPrefix("://") {
            let end = whole.index(colon, offsetBy: 3)
            (scheme, rest) = (whole[..<end], whole[end...])
        } else {
            (scheme, rest) = ("", whole)
        }
        let authority = rest.prefix { $0 != "/" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let path = rest[authority.endIndex...]
        let shownPath = hidesPath && path.count > 1 ? "/…" : path
        return printable("\(scheme)\(host)\(shownPath)")
    }

    /// Percent-encoded, as one part of a path or a query may be.
    package static func escaped(_ text: some StringProtocol) -> String {
        let hex = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._~".utf8.contains(byte)
            if isPlain {
                result.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                result += "%" + String([hex[Int(byte >> 4)], hex[Int(byte & 15)]])
            }
        }
        return result
    }

    /// Control characters would move a terminal's cursor.
    package static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }.prefix(300))
    }
}
