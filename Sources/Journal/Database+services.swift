import Lifecycle
import Model
import SQLite

extension Database {
    func save(_ state: ServiceState) throws(Problem) {
        try execute(
            """
            INSERT OR REPLACE INTO services (name, current, current_since, previous, hold, pause, available)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(state.name), SQLValue(state.current), SQLValue(state.currentSince), SQLValue(state.previous),
                SQLValue(state.hold), SQLValue(state.pause), SQLValue(state.available),
            ])
    }

    func service(_ name: String) throws(Problem) -> ServiceState? {
        try queryFirst("SELECT * FROM services WHERE name = ?", [.text(name)]) { row throws(Problem) in
            try row.serviceState()
        }
    }

    func services() throws(Problem) -> [ServiceState] {
        try query("SELECT * FROM services ORDER BY name") { row throws(Problem) in try row.serviceState() }
    }

    /// The pause of everything.
    func savePause(_ mark: ServiceState.Mark?) throws(Problem) {
        guard let mark else {
            try execute("DELETE FROM meta WHERE name = 'pause'")
            return
        }
        try execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('pause', ?)", [SQLValue(mark)])
    }

    func pause() throws(Problem) -> ServiceState.Mark? {
        try queryFirst("SELECT value FROM meta WHERE name = 'pause'") { row throws(Problem) in try row.mark("value") }
            ?? nil
    }

    /// True from opening to closing: an agent that finds it set was killed, or the machine was.
    func isMarkedRunning() throws(Problem) -> Bool {
        try queryValue("SELECT value FROM meta WHERE name = 'running'") == "true"
    }

    func markRunning(_ isRunning: Bool) throws(Problem) {
        try execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('running', ?)", [.text("\(isRunning)")])
    }
}
