import CCurl
import CShims
import Glibc
import Model

extension Transfer {
    func problem(_ code: CURLcode) -> Problem {
        let place = job.request.place
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            return Problem(.unreachable, "\(place): the name cannot be resolved")
        case CURLE_COULDNT_RESOLVE_PROXY:
            return Problem(.unreachable, "\(place): the proxy's name cannot be resolved")
        case CURLE_COULDNT_CONNECT:
            let number = Int32(grapnel_curl_get_long(easy, CURLINFO_OS_ERRNO.rawValue))
            return Problem(.unreachable, "\(place): \(number == 0 ? detail(code) : described(number))")
        case CURLE_OPERATION_TIMEDOUT:
            return Problem(.timeout, "\(place): \(timeoutText)")
        case CURLE_PEER_FAILED_VERIFICATION:
            let advice = "trust its authority in the system's store or name the authority's file"
            return Problem(.failed, "\(place): the server's certificate was refused (\(detail(code))): \(advice)")
        case CURLE_SSL_CACERT_BADFILE:
            let file = job.request.tls.caFile ?? "the system's store"
            return Problem(.failed, "\(place): the authorities in \(file) cannot be read, expected a PEM file")
        case CURLE_SSL_CERTPROBLEM:
            let file = job.request.tls.clientCertificate ?? "?"
            return Problem(.failed, "\(place): the client certificate \(file) cannot be used: \(detail(code))")
        case CURLE_SSL_CONNECT_ERROR:
            return Problem(.failed, "\(place): the TLS handshake failed: \(detail(code))")
        case CURLE_TOO_MANY_REDIRECTS:
            return Problem(.limit, "\(place): more than \(job.request.followRedirects) redirects")
        // libcurl's code for an answer without a status line too.
        case CURLE_UNSUPPORTED_PROTOCOL where !String(cString: errorText).contains("HTTP/0.9"):
            return Problem(.invalid, "\(place): redirected to a URL that is neither http nor https")
        case CURLE_URL_MALFORMAT:
            return Problem(.invalid, "\(place): redirected to something that is not a URL")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return Problem(.failed, "\(place): the connection ended before the answer was complete")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL:
            return Problem(.failed, "\(place): the answer is not HTTP")
        default:
            return Problem(.failed, "\(place): \(detail(code))")
        }
    }

    private var timeoutText: String {
        let request = job.request
        let connected = grapnel_curl_get_int64(easy, CURLINFO_PRETRANSFER_TIME_T.rawValue) > 0
        if let silence = request.silence, String(cString: errorText).contains("too slow") {
            return "nothing came for \(spoken(silence))"
        }
        let whole = request.timeout ?? request.connectTimeout
        if !connected, request.connectTimeout < whole || request.timeout == nil {
            return "no connection within \(spoken(request.connectTimeout))"
        }
        return "no complete answer within \(spoken(whole))"
    }

    private func spoken(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        guard attoseconds != 0 else { return "\(seconds) s" }
        return "\(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)) ms"
    }

    private func described(_ number: Int32) -> String {
        lowercasedFirst(String(cString: strerror(number)))
    }

    /// What libcurl wrote about this failure, else its text for the code.
    private func detail(_ code: CURLcode) -> String {
        let text = String(cString: errorText)
        return lowercasedFirst(text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)
    }
}
