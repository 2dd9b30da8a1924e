/// What somebody who looked at the machine has seen of one thing, and what to do about it.
package struct Finding: Hashable, Sendable {
    package enum Grade: String, Hashable, Sendable {
        case good = "ok"
        case warning
        case bad
    }

    package let grade: Grade
    package let what: String
    /// What to do about it.
    package let remedy: String?

    package init(grade: Grade, what: String, remedy: String? = nil) {
        self.grade = grade
        self.what = what
        self.remedy = remedy
    }

    package static func good(_ what: String) -> Finding { Finding(grade: .good, what: what) }

    package static func warning(_ what: String, _ remedy: String? = nil) -> Finding {
        Finding(grade: .warning, what: what, remedy: remedy)
    }

    package static func bad(_ what: String, _ remedy: String? = nil) -> Finding {
        Finding(grade: .bad, what: what, remedy: remedy)
    }
}
