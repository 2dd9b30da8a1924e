import CMicroHTTPD
import Synchronization

/// A connection that the daemon has put aside. Whoever holds the one value of this resumes it, once.
struct Suspension: Sendable {
    // While a connection is suspended the daemon neither uses nor frees it, and only the holder of this value,
    // which is taken out under a lock, ends that. libmicrohttpd allows resuming from any thread.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let count: Count

    /// To be called on the daemon's thread; nil when the server is ending, and then nothing is suspended.
    init?(_ handle: OpaquePointer, _ count: Count) {
        guard count.begin() else { return nil }
        self.handle = handle
        self.count = count
        MHD_suspend_connection(handle)
    }

    /// `response` is queued first; it stays the caller's.
    func resume(with status: Int = 0, _ response: OpaquePointer? = nil) {
        if let response { _ = MHD_queue_response(handle, UInt32(status), response) }
        MHD_resume_connection(handle)
        count.end()
    }

    /// How many connections are suspended: the daemon must not be stopped while there is one.
    final class Count: Sendable {
        private let suspended = Atomic(0)
        private let isClosed = Atomic(false)

        /// From here on nothing is suspended any more. Sequential consistency: either a beginner sees that it is
        /// closed, or whoever closed it sees the beginner.
        func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }
        var isZero: Bool { suspended.load(ordering: .sequentiallyConsistent) == 0 }

        fileprivate func begin() -> Bool {
            suspended.add(1, ordering: .sequentiallyConsistent)
            guard isClosed.load(ordering: .sequentiallyConsistent) else { return true }
            end()
            return false
        }

        /// After the resume, not before: until then the daemon may not be stopped.
        fileprivate func end() { suspended.subtract(1, ordering: .sequentiallyConsistent) }
    }
}
