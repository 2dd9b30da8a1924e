import CCurl
import CShims
import Glibc
import Model

/// One easy handle and what has come in on it. It lives on the loop's thread only.
final class Transfer {
    enum End {
        case done(CURLcode)
        /// The task that waits was cancelled.
        case interrupted
    }

    private static let maximumHeadBytes = 64 << 10
    private static let maximumHeaders = 256

    let job: TransferJob
    let easy: UnsafeMutableRawPointer
    let errorText: UnsafeMutablePointer<CChar>
    /// Freed after the handle, which refers to it.
    var headerList: UnsafeMutablePointer<curl_slist>?

    private var status = 0
    private var headers = HTTPHeaders()
    private var headBytes = 0
    private var headIsShown = false
    private var headIsComplete = false
    private var body: [UInt8] = []
    /// Why a callback ended the transfer, where libcurl would only say that it did.
    private var refusal: Problem?
    private var consumerHasEnough = false

    init?(_ job: TransferJob) {
        guard let easy = curl_easy_init() else { return nil }
        self.job = job
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        guard configure() else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    // MARK: called by libcurl

    /// One line of a head, or of trailers, which are of no use here. False ends the transfer.
    func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
        if line.starts(with: "HTTP/".utf8) {
            // A new head: after a redirect, a 100, or a proxy's CONNECT.
            headers = HTTPHeaders()
            headBytes = 0
            headIsComplete = false
        }
        guard !headIsComplete else { return true }
        headBytes += line.count
        guard headBytes <= Self.maximumHeadBytes, headers.count < Self.maximumHeaders else {
            let limit = "\(Self.maximumHeaders) headers or \(Self.maximumHeadBytes >> 10) KiB"
            refusal = Problem(.limit, "\(job.request.place): the head of the answer has more than \(limit)")
            return false
        }
        let text = line.prefix { $0 != 0x0D && $0 != 0x0A }
        if text.isEmpty {
            headIsComplete = true
            return willGoOn() || showHead()
        }
        if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let value = String(decoding: text[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
            let end = value.lastIndex { $0 != " " && $0 != "\t" }.map { value.index(after: $0) } ?? value.startIndex
            headers.append(String(decoding: text[..<colon], as: UTF8.self), String(value[..<end]))
        }
        return true
    }

    func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard let consumer = job.consumer else {
            guard body.count + bytes.count <= job.request.maximumResponseBytes else {
                let limit = spoken(bytes: job.request.maximumResponseBytes)
                refusal = Problem(.limit, "\(job.request.place): the answer has more than \(limit)")
                return false
            }
            body.append(contentsOf: bytes)
            return true
        }
        guard showHead(), consumer.onBody(Array(bytes)[...]) else {
            consumerHasEnough = true
            return false
        }
        return true
    }

    /// Whether a connection to the address may be opened.
    func allows(_ address: UnsafePointer<sockaddr>) -> Bool {
        let barrier = job.request.barrier
        guard let refused = barrier.refuses(address) else { return true }
        refusal = barrier.refusal(of: refused)
        return false
    }

    /// The same for a connection that may have been opened by an earlier request, which had more rights.
    func allows(connectionTo address: String) -> Bool {
        let barrier = job.request.barrier
        guard job.request.unixSocket == nil, let refused = barrier.refuses(written: address) else { return true }
        refusal = barrier.refusal(of: refused)
        return false
    }

    // MARK: the outcome

    func outcome(_ end: End) -> Result<HTTPResponse, Problem> {
        if let refusal { return .failure(refusal) }
        switch end {
        case .interrupted:
            return .failure(Problem(.interrupted, "\(job.request.place): cancelled"))
        case .done(let code):
            guard code == CURLE_OK || consumerHasEnough else { return .failure(problem(code)) }
            if code == CURLE_OK { _ = showHead() }
            return .success(response(body: body))
        }
    }

    private func response(body: [UInt8]) -> HTTPResponse {
        let url = grapnel_curl_get_string(easy, CURLINFO_EFFECTIVE_URL.rawValue)
        let status = grapnel_curl_get_long(easy, CURLINFO_RESPONSE_CODE.rawValue)
        return HTTPResponse(
            status: status, headers: headers, body: body,
            effectiveURL: url.map { String(cString: $0) } ?? job.request.url, peer: peer)
    }

    private var peer: String? {
        guard job.request.unixSocket == nil, job.request.proxy == .none else { return nil }
        return grapnel_curl_get_string(easy, CURLINFO_PRIMARY_IP.rawValue).map { String(cString: $0) }
    }

    /// Whether another head will follow this one.
    private func willGoOn() -> Bool {
        let status = grapnel_curl_get_long(easy, CURLINFO_RESPONSE_CODE.rawValue)
        return status < 200
            || job.request.followRedirects > 0 && (300..<400).contains(status) && headers["Location"] != nil
    }

    private func showHead() -> Bool {
        guard !headIsShown, let consumer = job.consumer else { return true }
        headIsShown = true
        consumerHasEnough = !consumer.onHead(response(body: []))
        return !consumerHasEnough
    }

    private func spoken(bytes: Int) -> String {
        if bytes >= 1 << 20, bytes % (1 << 20) == 0 { return "\(bytes >> 20) MiB" }
        if bytes >= 1 << 10, bytes % (1 << 10) == 0 { return "\(bytes >> 10) KiB" }
        return "\(bytes) bytes"
    }
}
