import Model
import Synchronization

/// When images were made: what a digest names never changes, so it is asked once.
final class CreationTimes: Sendable {
    private let known = Mutex<[Digest: Timestamp?]>([:])

    /// Then all are forgotten, which costs a few requests.
    private static let most = 10_000

    /// Nil when it was not asked yet; the inner one is nil for one that does not say.
    func time(of digest: Digest) -> Timestamp?? {
        known.withLock { $0[digest] }
    }

    func keep(_ moment: Timestamp?, of digest: Digest) {
        known.withLock { known in
            if known.count >= CreationTimes.most { known = [:] }
            known[digest] = .some(moment)
        }
    }
}
