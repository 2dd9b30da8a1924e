import Model

/// How long a registry wants to be left alone: seconds, also with a fraction, or a date (RFC 9110, 10.2.3).
enum RetryAfter {
    /// Some registries say microseconds, as if nothing had been too much.
    static let floor: Duration = .seconds(1)
    static let cap: Duration = .seconds(3600)

    /// Nil when the header says nothing that is understood. Between the floor and the cap.
    static func delay(_ header: String?, now: Timestamp) -> Duration? {
        guard let header else { return nil }
        if let seconds = Double(header), seconds.isFinite { return bounded(.seconds(min(max(seconds, 0), 1e6))) }
        return HTTPDate.moment(header).map { bounded($0 - now) }
    }

    /// When it says nothing: doubled with each refusal in a row.
    static func delay(refusals: Int) -> Duration { bounded(.seconds(30) * (1 << min(max(refusals - 1, 0), 7))) }

    private static func bounded(_ delay: Duration) -> Duration { min(max(delay, floor), cap) }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that anybody still sends (RFC 9110, 5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func moment(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])),
            let day = Int(words[1]), let year = Int(words[3]), year >= 1970
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return Timestamp("\(year)-\(two(month + 1))-\(two(day))T\(words[4])Z")
    }
}
