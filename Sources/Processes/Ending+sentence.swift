import Model

extension Ending {
    /// What is said of the program: `exited with code 3`, `did not end within 10m and was stopped`.
    package func sentence(timeout: Duration?) -> String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .signalled(let number):
            "was ended by signal \(number)\(Ending.signalNames[number].map { " (\($0))" } ?? "")"
        case .timedOut: "did not end within \(timeout?.text ?? "its time") and was stopped"
        case .cancelled: "was stopped together with the agent"
        }
    }

    private static let signalNames: [Int32: String] = [
        1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 11: "SEGV", 13: "PIPE",
        14: "ALRM", 15: "TERM", 24: "XCPU", 25: "XFSZ", 31: "SYS",
    ]
}
