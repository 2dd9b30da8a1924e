package import Model

/// How a deploy ended and what follows from it.
package struct Conclusion: Hashable, Sendable {
    package enum Runs: Hashable, Sendable {
        /// Seen to run; nil is "nothing".
        case known(Release?)
        /// The deploy did not get so far as to look, and changed nothing.
        case asBefore
        case unknown
    }

    package enum Next: Hashable, Sendable {
        case nothing
        case postponed(Duration)
        /// The failure was not the release's: the same wish again, later. Unless it is transient, only if the
        /// wish may then mean something else.
        case retry(isTransient: Bool)
    }

    package var outcome: Outcome
    package var reason: String?
    package var runs: Runs
    package var next: Next = .nothing
    /// The release failed and may not come back by itself.
    package var blocks = false
}
