import Model
import SQLite

// A backup tells of a moment that has passed. Whatever was under way then may have ended long ago, and may not be
// done again or undone; what ran then may be something else by now.
extension Database {
    /// Before what can still be read of the damaged journal is laid over it, which knows better.
    func doubtEverything(since taken: Timestamp, at moment: Timestamp) throws(Problem) {
        let reason = "the journal was restored from a backup of \(taken): what became of this deploy is not known"
        try transaction { () throws(Problem) in
            try end("outcome IS NULL", reason, at: moment)
            try execute(
                "UPDATE services SET current = NULL, current_since = ? WHERE current IS NOT NULL",
                [SQLValue(moment)])
        }
    }

    func endStarted(_ reason: String, at moment: Timestamp) throws(Problem) {
        let started = "outcome IS NULL AND started IS NOT NULL"
        try transaction { () throws(Problem) in
            try execute(
                """
                UPDATE services SET current = NULL, current_since = ?
                WHERE current IS NOT NULL AND name IN (SELECT service FROM deploys WHERE \(started))
                """, [SQLValue(moment)])
            try end(started, reason, at: moment)
        }
    }

    private func end(_ condition: String, _ reason: String, at moment: Timestamp) throws(Problem) {
        try execute(
            "UPDATE deploys SET outcome = 'failed', reason = ?, finished = ?, machine = 'null' WHERE \(condition)",
            [.text(reason), SQLValue(moment)])
    }
}
