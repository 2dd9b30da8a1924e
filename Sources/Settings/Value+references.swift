import Files
import Model
import RegularExpressions
import YAML

extension Value {
    func image() -> ImageReference? {
        parsed("an image reference", "for example \"ghcr.io/me/web\"", throwing: ImageReference.init)
    }

    func window() -> MaintenanceWindow? {
        let window = parsed(
            "a window", "for example \"02:00-04:00\" or \"Mon-Fri 22:00-06:00 Europe/Berlin\"",
            throwing: MaintenanceWindow.init)
        // It would never open.
        if let zone = window?.zone, !ZoneFiles(environment: [:]).knows(zone) {
            let source = quoted(node.scalar?.text ?? "")
            refuse(
                "\(source) names no time zone of \(ZoneFiles.usualDirectory), expected for example \"Europe/Berlin\"")
            return nil
        }
        return window
    }

    func windows() -> [MaintenanceWindow] { elements().compactMap { $0.window() } }

    func networkRange() -> NetworkRange? {
        parsed("a range of addresses", "for example \"10.0.0.0/8\" or \"::1\"", throwing: NetworkRange.init)
    }

    func versionRange() -> VersionRange? {
        parsed("a version range", "for example \"^2\" or \">=1.4 <2\"") { (text) throws(Problem) in
            try VersionRange(text)
        }
    }

    func regularExpression() -> String? {
        parsed("a regular expression", "for example \"^v[0-9]+$\"") { (text) throws(Problem) in
            try RegularExpression(text).pattern
        }
    }

    func listenAddress() -> ListenAddress? {
        parsed("an address to listen at", "for example \"127.0.0.1:8470\"") { ListenAddress($0) }
    }

    func tcpProbe() -> HealthDefinition.TCPProbe? {
        parsed("an address with a port", "for example \"127.0.0.1:5432\"") { text in
            guard let address = ListenAddress(text), address.port > 0 else { return nil }
            return HealthDefinition.TCPProbe(host: address.host, port: address.port, source: node.scalar?.text)
        }
    }

    func url() -> String? {
        parsed("a URL", "for example \"http://127.0.0.1:8080/healthz\"") { Value.isURL($0) ? $0 : nil }
    }

    /// A name of the owner's, which becomes part of paths, URLs and labels.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 63 else { return false }
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
        return isLetterOrDigit(first) && text.utf8.allSatisfy { isLetterOrDigit($0) || "_.-".utf8.contains($0) }
    }

    static let nameRule = "at most 63 lower-case letters, digits, \".\", \"_\" and \"-\", the first a letter or digit"

    private static func isURL(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return false }
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            var authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
            let afterAddress = authority.lastIndex(of: "]") ?? authority.startIndex
            guard let colon = authority[afterAddress...].lastIndex(of: ":") else { return !authority.isEmpty }
            let port = authority[authority.index(after: colon)...]
            return colon > authority.startIndex && (UInt16(port) ?? 0) > 0
        }
        return false
    }
}
