import Lifecycle
import Model
import SQLite

extension Database {
    func append(_ entries: [JournalEntry], to deploy: DeployID) throws(Problem) {
        for entry in entries {
            try execute(
                "INSERT INTO entries (deploy, phase, step, kind, data, at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .text(deploy.text), .text(entry.phase.rawValue), .text(entry.step), .text(entry.kind.rawValue),
                    SQLValue(entry.data), SQLValue(entry.at),
                ])
        }
    }

    func entries(of deploy: DeployID) throws(Problem) -> [JournalEntry] {
        try query("SELECT * FROM entries WHERE deploy = ? ORDER BY id", [.text(deploy.text)]) { row throws(Problem) in
            try row.journalEntry()
        }
    }

    /// A finished deploy needs nothing to be undone by, and its data may hold secrets. Phases keep their
    /// results, for the history.
    func forgetStepData(of deploy: DeployID) throws(Problem) {
        try execute("UPDATE entries SET data = 'null' WHERE deploy = ? AND step <> ''", [.text(deploy.text)])
    }

    /// The entries of the phases alone: nothing of what a driver or a hook recorded.
    func phaseEntries(of deploy: DeployID) throws(Problem) -> [JournalEntry] {
        try query("SELECT * FROM entries WHERE deploy = ? AND step = '' ORDER BY id", [.text(deploy.text)]) {
            row throws(Problem) in try row.journalEntry()
        }
    }
}
