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

    /// Control characters would move a terminal's cursor.
    package static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }.prefix(300))
    }
}
