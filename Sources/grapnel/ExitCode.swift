import Model

/// What the program's exit code says, after sysexits where there is one.
enum ExitCode {
    static let ok: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 2
    /// No agent runs, or it went away.
    static let unavailable: Int32 = 69

    static func of(_ problem: Problem) -> Int32 {
        switch problem.code {
        case .usage, .notFound: usage
        case .unreachable, .interrupted: unavailable
        default: failed
        }
    }
}
