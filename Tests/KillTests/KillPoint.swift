/// Where the agent dies: at which write to its journal, and on which side of the commit.
struct KillPoint: Hashable, CustomStringConvertible {
    enum Side: String, CaseIterable {
        case before, after
        /// What the write announced is under way.
        case later
    }

    let side: Side
    let write: Int

    var description: String { "\(side.rawValue):\(write)" }
    var environment: [String: String] { ["GRAPNEL_TEST_KILL": description] }

    /// Around steps in which the service is between two releases: before one is announced, when it is and nothing was done
    /// yet, while it is being done, and when it is done and nobody knows. `writes` are what a deploy writes when nobody
    /// dies.
    static func around(_ steps: [String], in writes: [String]) -> [KillPoint] {
        steps.flatMap { step -> [KillPoint] in
            guard let intent = writes.firstIndex(of: "intent of \(step)"),
                let result = writes[intent...].firstIndex(of: "result of \(step)")
            else { return [] }
            return Side.allCases.map { KillPoint(side: $0, write: intent + 1) }
                + [KillPoint(side: .before, write: result + 1)]
        }
    }

    static func all(_ writes: Int) -> [KillPoint] {
        guard writes > 0 else { return [] }
        return (1...writes).flatMap { write in Side.allCases.map { KillPoint(side: $0, write: write) } }
    }
}
