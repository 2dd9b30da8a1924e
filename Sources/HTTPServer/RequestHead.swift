import CMicroHTTPD
import CShims
import Glibc
import Model

/// A request's head, checked for what libmicrohttpd lets pass.
struct RequestHead {
    /// Why a request is answered before its handler sees it.
    struct Refusal: Error {
        let status: Int
        let text: String

        static let stopping = Refusal(status: 503, text: "the server is being stopped")
    }

    let method: String
    let target: RequestTarget
    let headers: HTTPHeaders
    /// nil when it is chunked.
    let bodyLength: Int?

    init(method: String, rawTarget: String, handle: OpaquePointer, limits: ServerLimits) throws(Refusal) {
        let size = grapnel_mhd_head_size(handle)
        guard size <= limits.maximumHeader else {
            throw Refusal(status: 431, text: "the head of the request has more than \(limits.maximumHeader) bytes")
        }
        let fields = Fields(of: handle)
        guard fields.count <= ServerLimits.maximumFields else {
            throw Refusal(status: 431, text: "the request has more than \(ServerLimits.maximumFields) headers")
        }
        // A method, a target and a version in a line of its own, then the fields, then an empty line. What is more
        // was hidden behind a NUL, or in a folded line.
        let line = method.utf8.count + 1 + rawTarget.utf8.count + 1 + "HTTP/1.1\r\n".utf8.count
        guard size <= line + fields.size + 2 else {
            throw Refusal(status: 400, text: "the head of the request has bytes that do not belong there")
        }
        guard HTTPHeaders.isToken(method),
            fields.headers.fields.allSatisfy({ HTTPHeaders.isToken($0.name) && HTTPHeaders.isValue($0.value) })
        else { throw Refusal(status: 400, text: "a header's name or value is not allowed") }
        guard let target = RequestTarget(rawTarget) else {
            throw Refusal(status: 400, text: "the path or query is not well-formed")
        }
        guard fields.headers.all("Host").count <= 1 else {
            throw Refusal(status: 400, text: "more than one Host")
        }
        self.method = method
        self.target = target
        headers = fields.headers
        bodyLength = try Self.bodyLength(fields.headers, limits)
    }

    func request(body: [UInt8], peer: ServerRequest.Peer) -> ServerRequest {
        ServerRequest(
            method: method, path: target.path, rawPath: target.rawPath, query: target.query, headers: headers,
            body: body, peer: peer)
    }

    /// Two opinions about where a body ends are how requests are smuggled past a proxy.
    private static func bodyLength(_ headers: HTTPHeaders, _ limits: ServerLimits) throws(Refusal) -> Int? {
        let lengths = headers.all("Content-Length")
        let encodings = headers.all("Transfer-Encoding")
        if !encodings.isEmpty {
            guard lengths.isEmpty else {
                throw Refusal(status: 400, text: "Content-Length and Transfer-Encoding in one request")
            }
            guard encodings.count == 1, encodings[0].lowercased() == "chunked" else {
                throw Refusal(status: 501, text: "the only Transfer-Encoding here is chunked")
            }
            return nil
        }
        guard lengths.count <= 1 else { throw Refusal(status: 400, text: "more than one Content-Length") }
        guard let text = lengths.first else { return 0 }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw Refusal(status: 400, text: "Content-Length is not a number")
        }
        guard let length = Int(text), length <= limits.maximumBody else { throw tooLarge(limits) }
        return length
    }

    static func tooLarge(_ limits: ServerLimits) -> Refusal {
        Refusal(status: 413, text: "the body may have at most \(limits.maximumBody) bytes")
    }

    /// The fields as the library holds them, and how many bytes they took.
    private struct Fields {
        var headers = HTTPHeaders()
        var size = 0
        var count = 0

        init(of handle: OpaquePointer) {
            withUnsafeMutablePointer(to: &self) { fields in
                _ = MHD_get_connection_values_n(
                    handle, .HEADER_KIND,
                    { context, _, name, nameSize, value, valueSize in
                        let fields = context!.assumingMemoryBound(to: Fields.self)
                        fields.pointee.add(
                            UnsafeRawBufferPointer(start: name, count: nameSize),
                            UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize))
                        return MHD_Result.YES
                    }, fields)
            }
        }

        private mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
            count += 1
            // The blanks between the colon and the value, which stand between the two in the library's buffer.
            var blanks = 1
            if let start = name.baseAddress, let value = value.baseAddress {
                blanks = max(1, min(64, value - (start + name.count) - 1))
            }
            size += name.count + 1 + blanks + value.count + 2
            guard count <= ServerLimits.maximumFields else { return }
            headers.append(String(decoding: name, as: UTF8.self), Self.trimmed(value))
        }

        private static func trimmed(_ value: UnsafeRawBufferPointer) -> String {
            let end = value.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? 0
            return String(decoding: value[..<end], as: UTF8.self)
        }
    }
}
