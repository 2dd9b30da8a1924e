import Lifecycle
import Model
import SQLite

extension Database {
    /// Drops the oldest finished deploys of a service. The deploys that brought what runs now and what
    /// `rollback` goes back to stay, however old they are.
    func trimHistory(of state: ServiceState, keeping: Int) throws(Problem) {
        let name = SQLValue.text(state.name)
        let old = try query(
            """
            SELECT id FROM deploys WHERE service = ? AND outcome IS NOT NULL
            ORDER BY accepted DESC, id DESC LIMIT -1 OFFSET ?
            """, [name, .integer(Int64(keeping))]
        ) { row throws(Problem) in try row.text("id") }
        guard !old.isEmpty else { return }
        var origins: Set<String> = []
        for release in [state.current, state.previous] {
            guard let release else { continue }
            let origin = try queryFirst(
                """
                SELECT id FROM deploys WHERE service = ? AND to_identity = ? AND outcome = 'deployed'
                ORDER BY accepted DESC LIMIT 1
                """, [name, .text(release.identity)]
            ) { row throws(Problem) in try row.text("id") }
            if let origin { origins.insert(origin) }
        }
        for id in old where !origins.contains(id) {
            try execute("DELETE FROM entries WHERE deploy = ?", [.text(id)])
            try execute("DELETE FROM deploys WHERE id = ?", [.text(id)])
        }
    }
}
