import CCurl
import CShims
import Glibc
import Model
import Synchronization

/// The thread that owns the multi handle. Everything else talks to it through an inbox.
final class TransferLoop: Sendable {
    private struct Inbox {
        var jobs: [TransferJob] = []
        var isOpen: Bool
        var hasEnded = false
    }

    private let inbox: Mutex<Inbox>
    // Only the loop's thread uses it, but for curl_multi_wakeup, which libcurl allows from any thread and which is
    // called under the inbox's lock while `hasEnded` is false, that is before the handle is freed.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer?

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init() {
        multi = Self.isReady ? curl_multi_init() : nil
        inbox = Mutex(Inbox(isOpen: multi != nil))
        // Streams hold connections for long; ordinary requests beyond this wait for a free one.
        _ = grapnel_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS.rawValue, 256)
        _ = grapnel_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS.rawValue, 64)
    }

    func start() {
        if !OwnThread.start({ [self] in run() }) { end([:]) }
    }

    func add(_ job: TransferJob) {
        let isAccepted = inbox.withLock { inbox in
            guard inbox.isOpen else { return false }
            inbox.jobs.append(job)
            curl_multi_wakeup(multi)
            return true
        }
        if !isAccepted { job.continuation.resume(returning: .failure(Self.stopped(job.request))) }
    }

    func wake() {
        inbox.withLock { if !$0.hasEnded { _ = curl_multi_wakeup(multi) } }
    }

    func stop() {
        inbox.withLock { inbox in
            inbox.isOpen = false
            if !inbox.hasEnded { _ = curl_multi_wakeup(multi) }
        }
    }

    private static func stopped(_ request: HTTPRequest) -> Problem {
        Problem(.interrupted, "\(request.place): the HTTP client is being stopped")
    }

    // MARK: on the loop's thread

    private func run() {
        var active: [UnsafeMutableRawPointer: Transfer] = [:]
        while true {
            let (jobs, isOpen) = inbox.withLock { inbox in
                defer { inbox.jobs = [] }
                return (inbox.jobs, inbox.isOpen)
            }
            for job in jobs { begin(job, &active) }
            guard isOpen else { return end(active) }
            for (easy, transfer) in active where transfer.job.cancellation.isSet {
                finish(easy, .interrupted, &active)
            }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left)?.pointee {
                guard message.msg == CURLMSG_DONE, let easy = message.easy_handle else { continue }
                finish(easy, .done(message.data.result), &active)
            }
            // libcurl shortens the wait to its own next deadline.
            curl_multi_poll(multi, nil, 0, active.isEmpty ? 600_000 : 10_000, nil)
        }
    }

    private func begin(_ job: TransferJob, _ active: inout [UnsafeMutableRawPointer: Transfer]) {
        guard let transfer = Transfer(job), curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            job.continuation.resume(returning: .failure(Problem(.failed, "\(job.request.place): out of memory")))
            return
        }
        active[transfer.easy] = transfer
    }

    private func finish(
        _ easy: UnsafeMutableRawPointer, _ end: Transfer.End, _ active: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        guard let transfer = active.removeValue(forKey: easy) else { return }
        let outcome = transfer.outcome(end)
        curl_multi_remove_handle(multi, easy)
        transfer.job.continuation.resume(returning: outcome)
    }

    private func end(_ active: [UnsafeMutableRawPointer: Transfer]) {
        let late = inbox.withLock { inbox in
            defer { inbox = Inbox(isOpen: false, hasEnded: true) }
            return inbox.jobs
        }
        for (easy, transfer) in active {
            curl_multi_remove_handle(multi, easy)
            transfer.job.continuation.resume(returning: .failure(Self.stopped(transfer.job.request)))
        }
        for job in late { job.continuation.resume(returning: .failure(Self.stopped(job.request))) }
        if let multi { curl_multi_cleanup(multi) }
    }
}
