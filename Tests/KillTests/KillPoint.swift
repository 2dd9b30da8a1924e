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

    static func all(_ writes: Int) -> [KillPoint] {
        guard writes > 0 else { return [] }
        return (1...writes).flatMap { write in Side.allCases.map { KillPoint(side: $0, write: write) } }
    }
}
