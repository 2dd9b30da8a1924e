import CCurl
import CShims
import Glibc

extension Transfer {
    /// Writes the request into the easy handle; false when memory ran out.
    func configure() -> Bool {
        let request = job.request
        var isFine = true
        func set(_ option: CURLoption, _ value: Int) {
            isFine = grapnel_curl_set_long(easy, option.rawValue, value) == 0 && isFine
        }
        func set(_ option: CURLoption, _ value: String) {
            isFine = grapnel_curl_set_string(easy, option.rawValue, value) == 0 && isFine
        }
        func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
            isFine = grapnel_curl_set_pointer(easy, option.rawValue, pointer) == 0 && isFine
        }

        set(CURLOPT_NOSIGNAL, 1)
        // Without it, removing a handle that waits for a name would hold up all others until the resolver gives up.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_ERRORBUFFER, pointer: errorText)
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, request.followRedirects > 0 ? 1 : 0)
        set(CURLOPT_MAXREDIRS, request.followRedirects)
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TIMEOUT_MS, request.timeout.map(Self.milliseconds) ?? 0)
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        if let silence = request.silence {
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, Int(silence.components.seconds))
        }
        if !request.reusesConnections {
            set(CURLOPT_FRESH_CONNECT, 1)
            set(CURLOPT_FORBID_REUSE, 1)
        }
        if let path = request.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        switch request.proxy {
        case .none: set(CURLOPT_PROXY, "")
        case .environment: break
        case .url(let url): set(CURLOPT_PROXY, url)
        }

        set(CURLOPT_SSL_VERIFYPEER, request.tls.verify ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, request.tls.verify ? 2 : 0)
        if let file = request.tls.caFile { set(CURLOPT_CAINFO, file) }
        if let file = request.tls.clientCertificate { set(CURLOPT_SSLCERT, file) }
        if let file = request.tls.clientKey { set(CURLOPT_SSLKEY, file) }

        setBody(set, set)
        guard appendHeaders() else { return false }
        set(CURLOPT_HTTPHEADER, pointer: headerList)
        set(CURLOPT_USERAGENT, "grapnel/\(GRAPNEL_VERSION)")
        return isFine && setCallbacks()
    }

    private func setBody(_ set: (CURLoption, Int) -> Void, _ setText: (CURLoption, String) -> Void) {
        let request = job.request
        switch request.method {
        case "GET" where request.body.isEmpty: break
        case "HEAD": set(CURLOPT_NOBODY, 1)
        case "POST": set(CURLOPT_POST, 1)
        default: setText(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // An empty body is still announced where one is expected, for servers that insist on Content-Length.
        guard !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) else { return }
        let size = CURLOPT_POSTFIELDSIZE_LARGE.rawValue
        _ = grapnel_curl_set_int64(easy, size, Int64(request.body.count))
        // libcurl only reads it.
        request.body.withUnsafeBytes { bytes in
            let copy = CURLOPT_COPYPOSTFIELDS.rawValue
            var nothing: UInt8 = 0
            withUnsafeMutableBytes(of: &nothing) { empty in
                let start = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) } ?? empty.baseAddress
                _ = grapnel_curl_set_pointer(easy, copy, start)
            }
        }
    }

    private func appendHeaders() -> Bool {
        let given = job.request.headers
        // libcurl would claim a form, and wait a second for permission to send a large body.
        let unwanted = ["Content-Type", "Expect"].filter { name in
            !given.contains { $0.0.lowercased() == name.lowercased() }
        }
        // "Name;" is how libcurl is asked for an empty header, "Name:" for none at all.
        let lines = given.map { $0.1.isEmpty ? "\($0.0);" : "\($0.0): \($0.1)" } + unwanted.map { "\($0):" }
        for line in lines {
            guard let longer = curl_slist_append(headerList, line) else { return false }
            headerList = longer
        }
        return true
    }

    /// The pointer is not retained: the loop keeps the transfer until libcurl has let go of the handle.
    private func setCallbacks() -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA] {
            guard grapnel_curl_set_pointer(easy, option.rawValue, context) == 0 else { return false }
        }
        let body = grapnel_curl_set_receiver(easy, CURLOPT_WRITEFUNCTION.rawValue) {
            let count = $1 * $2
            return Transfer.at($3).receive(body: UnsafeRawBufferPointer(start: $0, count: count)) ? count : count &+ 1
        }
        let head = grapnel_curl_set_receiver(easy, CURLOPT_HEADERFUNCTION.rawValue) {
            let count = $1 * $2
            let line = UnsafeRawBufferPointer(start: $0, count: count)
            return Transfer.at($3).receive(headerLine: line) ? count : count &+ 1
        }
        let opener = grapnel_curl_set_opener(easy) { context, _, address in
            Transfer.at(context).open(address!.assumingMemoryBound(to: curl_sockaddr.self))
        }
        let prerequest = grapnel_curl_set_prerequest(easy) { context, remote, _, _, _ in
            let address = remote.map { String(cString: $0) } ?? ""
            return Transfer.at(context).allows(connectionTo: address) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        return body == 0 && head == 0 && opener == 0 && prerequest == 0
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    /// libcurl's own sockets would be inherited by children.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        let (family, type) = (address.pointee.family, address.pointee.socktype)
        let isAllowed = withUnsafePointer(to: &address.pointee.addr) { allows($0) }
        return isAllowed ? socket(family, type | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol) : -1
    }

    /// Zero would mean no limit.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
