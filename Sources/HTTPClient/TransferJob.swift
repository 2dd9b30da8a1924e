import Model
import Synchronization

/// What the loop's thread is given: a checked request and where its outcome goes.
struct TransferJob: Sendable {
    /// Set from any thread when the task that waits is cancelled; the loop looks at it when it wakes.
    final class Cancellation: Sendable {
        private let flag = Atomic(false)
        var isSet: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }
    }

    /// For streams; both run on the loop's thread, where all transfers wait for them.
    struct Consumer: Sendable {
        let onHead: @Sendable (HTTPResponse) -> Bool
        let onBody: @Sendable (ArraySlice<UInt8>) -> Bool
    }

    let request: HTTPRequest
    let consumer: Consumer?
    let cancellation: Cancellation
    let continuation: CheckedContinuation<Result<HTTPResponse, Problem>, Never>
}
