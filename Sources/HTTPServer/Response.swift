import CMicroHTTPD
import Glibc
import Model

/// libmicrohttpd's responses; the caller destroys what it gets.
enum Response {
    static func make(_ status: Int, _ headers: [(String, String)], _ body: [UInt8]) -> (Int, OpaquePointer?) {
        guard let response = full(body) else { return failure() }
        return finish(status, headers, response)
    }

    static func make(_ status: Int, _ headers: [(String, String)], _ reader: StreamReader) -> (Int, OpaquePointer?) {
        guard let response = reader.response() else { return failure() }
        return finish(status, headers, response)
    }

    static func make(_ refusal: RequestHead.Refusal) -> OpaquePointer? {
        let headers = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]
        return make(refusal.status, headers, Array("\(refusal.text)\n".utf8)).1
    }

    /// For what is the handler's mistake: a header that would break the answer, a status that is none.
    static func failure() -> (Int, OpaquePointer?) {
        (500, full(Array("the answer could not be sent\n".utf8)))
    }

    /// Straight to the socket, for answers that the library does not take; a socket without room loses it.
    static func write(_ refusal: RequestHead.Refusal, to descriptor: Int32) {
        let body = "\(refusal.text)\n"
        let reason = MHD_get_reason_phrase_for(UInt32(refusal.status)).map { String(cString: $0) } ?? ""
        let text =
            "HTTP/1.1 \(refusal.status) \(reason)\r\nConnection: close\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let bytes = Array(text.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }

    private static func full(_ body: [UInt8]) -> OpaquePointer? {
        body.withUnsafeBytes { bytes in
            // It is copied, not written to.
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
    }

    private static func finish(
        _ status: Int, _ headers: [(String, String)], _ response: OpaquePointer
    ) -> (Int, OpaquePointer?) {
        let isAllowed =
            (200...599).contains(status)
            && headers.allSatisfy { HTTPHeaders.isToken($0.0) && HTTPHeaders.isValue($0.1) }
        guard isAllowed else {
            MHD_destroy_response(response)
            return failure()
        }
        for (name, value) in headers where !isWrittenByTheServer(name, value) {
            // An empty value, which the library refuses, says as much as none.
            _ = MHD_add_response_header(response, name, value)
        }
        return (status, response)
    }

    private static func isWrittenByTheServer(_ name: String, _ value: String) -> Bool {
        switch name.lowercased() {
        case "content-length", "transfer-encoding", "date": true
        case "connection": value.lowercased() != "close"
        default: false
        }
    }
}
