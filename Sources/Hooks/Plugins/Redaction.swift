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
