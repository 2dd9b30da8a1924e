import CCurl

/// An http or https URL in its parts, as libcurl reads it.
package struct WebAddress: Hashable, Sendable {
    /// `http` or `https`.
    package let scheme: String
    /// Without brackets around an IPv6 address.
    package let host: String
    package let port: Int
    package let text: String
    /// From the slash on, with the query.
    package let target: String

    /// As the `Host` header has it.
    package var authority: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return port == (scheme == "https" ? 443 : 80) ? shown : "\(shown):\(port)"
    }

    /// Nil for what is no such URL.
    package init?(_ text: String) { self.init([text]) }

    /// What a `Location` or a `Link` means that this address has sent; nil when it is no http or https URL.
    package func resolving(_ reference: String) -> WebAddress? { WebAddress([text, reference]) }

    /// Whoever answers at both is the same.
    package func isSameServer(as other: WebAddress) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// Each is taken relative to those before it.
    private init?(_ texts: [String]) {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        for text in texts {
            // A string with a NUL would be cut there.
            guard !text.utf8.contains(0), !text.utf8.contains(0x20),
                curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK
            else { return nil }
        }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard let scheme = part(CURLUPART_SCHEME), ["http", "https"].contains(scheme), let host = part(CURLUPART_HOST),
            let port = part(CURLUPART_PORT, Int32(CURLU_DEFAULT_PORT)).flatMap({ Int($0) }),
            let text = part(CURLUPART_URL)
        else { return nil }
        self.scheme = scheme
        self.host = host.lowercased().filter { $0 != "[" && $0 != "]" }
        self.port = port
        self.text = text
        target = (part(CURLUPART_PATH) ?? "/") + (part(CURLUPART_QUERY).map { "?" + $0 } ?? "")
    }
}
