import CCurl
import Glibc
import Model

extension HTTPRequest {
    /// `GET http://host/path`, as problems begin: without user, password and query, which may be secrets.
    package var place: String {
        let shown = "\(HTTPHeaders.isToken(method) ? method : "?") \(URLText.shown(url, hidesPath: hidesPath))"
        return unixSocket.map { "\(shown) over \($0)" } ?? shown
    }

    /// Refuses what libcurl would pass on as it is: line breaks in headers, foreign schemes.
    func check() throws(Problem) {
        guard HTTPHeaders.isToken(method) else {
            throw Problem(.invalid, "\(place): \(quoted(method)) is not a method, expected for example \"GET\"")
        }
        for (name, value) in headers {
            guard HTTPHeaders.isToken(name) else {
                throw Problem(.invalid, "\(place): \(quoted(name)) is not a header's name")
            }
            // The value may be a secret, so it is not shown.
            guard HTTPHeaders.isValue(value) else {
                throw Problem(.invalid, "\(place): the value of header \"\(name)\" has a control character")
            }
        }
        let parts = try urlParts()
        guard ["http", "https"].contains(parts.scheme) else {
            throw Problem(.invalid, "\(place): expected an http or https URL")
        }
        if unixSocket == nil, let address = barrier.refuses(written: parts.host) {
            throw barrier.refusal(of: address)
        }
    }

    private func urlParts() throws(Problem) -> (scheme: String, host: String) {
        guard let handle = curl_url() else { throw Problem(.failed, "\(place): out of memory") }
        defer { curl_url_cleanup(handle) }
        // A string with a NUL would be cut there.
        guard !url.utf8.contains(0), !url.utf8.contains(0x20) else {
            throw Problem(.invalid, "\(place): not a URL: a space or NUL in it")
        }
        let code = curl_url_set(handle, CURLUPART_URL, url, 0)
        guard code == CURLUE_OK else {
            if code == CURLUE_UNSUPPORTED_SCHEME || code == CURLUE_BAD_SCHEME {
                throw Problem(.invalid, "\(place): expected an http or https URL")
            }
            let reason = lowercasedFirst(String(cString: curl_url_strerror(code)))
            throw Problem(.invalid, "\(place): not a URL: \(reason)")
        }
        return (Self.part(CURLUPART_SCHEME, of: handle), Self.part(CURLUPART_HOST, of: handle))
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return "" }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private func quoted(_ text: String) -> String { "\"\(URLText.printable(text))\"" }
}

func lowercasedFirst(_ text: String) -> String {
    // "SSL certificate problem" and the like begin with a name, which keeps its case.
    let second = text.dropFirst().first
    guard let first = text.first, second?.isUppercase != true else { return text }
    return first.lowercased() + text.dropFirst()
}
