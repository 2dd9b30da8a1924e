/// The one shape of every error in Grapnel.
///
/// The message is written for the person who has to act on it: where first, lower case, the offender
/// quoted, what was expected, no full stop. Code decides what the program does; nobody parses messages.
package struct Problem: Error, Hashable, Sendable {
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The request or the command line was wrong.
        case usage
        /// A value, a file or an answer is not what it has to be.
        case invalid
        case notFound = "not-found"
        /// It stands against what is there already: a second agent, a lock, a name in use.
        case conflict
        /// Not allowed: permissions, a power that was not declared, a credential that was refused.
        case forbidden
        /// The other side could not be reached at all, so nothing is known about it.
        case unreachable
        case timeout
        /// A bound was passed: memory, output, size, steps, queue.
        case limit
        /// It was tried and did not work.
        case failed
        /// Stored data cannot be trusted.
        case corrupt
        /// Known, but not possible here.
        case unsupported
        /// Grapnel itself is being stopped; the work is neither done nor failed.
        case interrupted
    }

    package let code: Code
    package let message: String
    // An array because a struct cannot hold itself; it has at most one element.
    private let causes: [Problem]

    package var cause: Problem? { causes.first }

    package init(_ code: Code, _ message: String, cause: Problem? = nil) {
        self.code = code
        self.message = message
        self.causes = cause.map { [$0] } ?? []
    }

    /// The same problem seen from further out: `where` is put in front, the code is kept.
    package func at(_ place: String) -> Problem {
        Problem(code, "\(place): \(message)", cause: cause)
    }
}

extension Problem: CustomStringConvertible {
    /// The whole chain in one line, outermost first.
    package var description: String {
        guard let cause else { return message }
        return "\(message): \(cause)"
    }
}
