import Model

/// What it means when the engine could not get something from a registry.
///
/// The engine answers most of it with status 500, whatever it was, and only its words tell: they are those of 20.10
/// and 26.1, with the engine's own store of images and with containerd's.
struct RegistryRefusal {
    private let reference: ImageReference
    /// Whether we said who we are.
    private let isKnown: Bool

    init(_ reference: ImageReference, isKnown: Bool) {
        self.reference = reference
        self.isKnown = isKnown
    }

    /// Whatever the engine cannot tell of a registry has its cause there or on the way.
    func problem(_ problem: Problem) -> Problem {
        let judged = judged(problem)
        guard judged.code == .failed else { return judged }
        return Problem(
            .unreachable, "\(reference.familiar): the engine cannot ask the registry \(reference.host)", cause: problem)
    }

    /// A pull may also fail for the engine's own reasons, such as a full disk.
    func problem(ofPull problem: Problem) -> Problem {
        let judged = judged(problem)
        guard judged.code == .failed else { return judged }
        let words = problem.message.lowercased()
        guard RegistryRefusal.silences.contains(where: { words.contains($0) }) else {
            return Problem(.failed, "\(reference.familiar): it was not pulled", cause: problem)
        }
        return self.problem(problem)
    }

    private func judged(_ problem: Problem) -> Problem {
        let words = problem.message.lowercased()
        func says(_ phrases: [String]) -> Bool { phrases.contains { words.contains($0) } }
        switch problem.code {
        case .forbidden: return forbidden(problem)
        case .failed where says(RegistryRefusal.refusals): return forbidden(problem)
        case .notFound: return absent(problem)
        case .failed where says(["manifest unknown"]) || words.hasSuffix(": not found"): return absent(problem)
        default: return problem
        }
    }

    private func absent(_ problem: Problem) -> Problem {
        Problem(.notFound, "\(reference.familiar): the registry \(reference.host) does not have it", cause: problem)
    }

    private func forbidden(_ problem: Problem) -> Problem {
        Problem(
            .forbidden,
            "\(reference.familiar): the registry \(reference.host) "
                + (isKnown
                    ? "refuses the credentials that it was given" : "wants credentials, and there are none for it"),
            cause: problem)
    }

    /// The network's and the registry's own failures.
    private static let silences = [
        "dial tcp", "connection refused", "connection reset", "no such host", "timeout", "deadline exceeded", "x509",
        "tls: ", "eof", "http response to https client", "unexpected http status", "unexpected status from",
        "toomanyrequests", "error parsing http", "too many requests", "error pinging",
    ]

    private static let refusals = [
        "no basic auth credentials", "unauthorized", "authentication required", "authorization failed",
        "access to the resource is denied", "access denied", "403 forbidden",
    ]
}
