import Model

/// Takes secrets out of texts that somebody else's code has written.
struct Redaction: Sendable {
    private let secrets: [[UInt8]]

    /// Shorter ones would be found in every other word.
    private static let shortest = 4
    private static let mark = Array("(secret)".utf8)

    init(_ secrets: [String]) {
        // The longest first: one may be a part of another.
        self.secrets = secrets.map { Array($0.utf8) }.filter { $0.count >= Redaction.shortest }
            .sorted { $0.count > $1.count }
    }

    func apply(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        var rest = Array(text.utf8)[...]
        var result: [UInt8] = []
        while let byte = rest.first {
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                result += Redaction.mark
                rest = rest.dropFirst(secret.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension Redaction {
    func apply(_ problem: Problem) -> Problem {
        Problem(problem.code, apply(problem.message), cause: problem.cause.map(apply))
    }

    func apply(_ answer: HookAnswer) -> HookAnswer {
        switch answer {
        case .abort(let reason): .abort(reason: apply(reason))
        case .postpone(let delay, let reason): .postpone(delay, reason: apply(reason))
        case .rollBack(let reason): .rollBack(reason: apply(reason))
        case .notYet(let reason): .notYet(reason: apply(reason))
        case .rewrite(.string(let message)): .rewrite(.string(apply(message)))
        // What else it rewrites are the arguments of a command as well, which may need the secret.
        case .proceed, .tag, .rewrite, .drop: answer
        }
    }
}
