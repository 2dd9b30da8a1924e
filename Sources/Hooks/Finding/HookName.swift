/// Which file names are hooks. What editors and package managers leave behind must not run.
enum HookName {
    private static let backups = [
        "~", ".bak", ".orig", ".swp", ".rpmsave", ".rpmnew", ".rpmorig", ".dpkg-old", ".dpkg-new", ".dpkg-dist",
        ".dpkg-tmp", ".dpkg-bak", ".dpkg-remove",
    ]

    /// Why it is none; nil when it is one.
    static func objection(to name: String) -> String? {
        if name.hasPrefix(".") { return "its name begins with a dot" }
        if let ending = backups.first(where: name.hasSuffix) { return "its name ends in \"\(ending)\", as backups do" }
        guard let wrong = name.unicodeScalars.first(where: { !isAllowed($0) }) else { return nil }
        let shown = wrong.value < 0x20 || 0x7F...0x9F ~= wrong.value ? wrong.escaped(asASCII: true) : String(wrong)
        return "its name contains \"\(shown)\", expected only letters, digits, \".\", \"_\" and \"-\""
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
        default: false
        }
    }
}
