import Model

/// The names that containers have while a deploy moves them: `web-new-ID` is made beside `web`, which is `web-old-ID`
/// from then on until the outcome. See `Move`.
enum MovedName {
    /// The name that the container had, or will have; nil for one that no deploy has given.
    static func original(of name: String) -> String? {
        for mark in ["-new-", "-old-"] {
            guard name.utf8.count > mark.utf8.count + 10, DeployID.isText(name.suffix(10)) else { continue }
            let rest = name.dropLast(10)
            if rest.hasSuffix(mark) { return String(rest.dropLast(mark.count)) }
        }
        return nil
    }
}
