import Lifecycle
import Model
import SQLite

extension Database {
    /// The oldest beyond `keeping` go, delivered or not: a receiver that is away must not fill the disk.
    func add(_ events: [Event], keeping: Int) throws(Problem) {
        guard !events.isEmpty else { return }
        for event in events {
            try execute(
                """
                INSERT INTO events (at, kind, service, deploy, message, from_release, to_release)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    SQLValue(event.at), .text(event.kind.rawValue), SQLValue(event.service),
                    SQLValue(event.deploy?.text), .text(event.message), SQLValue(event.from), SQLValue(event.to),
                ])
        }
        try execute("DELETE FROM events WHERE id <= ?", [.integer(lastInsertedID - Int64(keeping))])
    }

    func events(after number: Int64, limit: Int) throws(Problem) -> [OutboxEvent] {
        try outboxEvents(
            "SELECT * FROM events WHERE id > ? ORDER BY id LIMIT ?", [.integer(number), .integer(Int64(limit))])
    }

    func lastEvent(of deploy: DeployID) throws(Problem) -> Event? {
        try outboxEvents("SELECT * FROM events WHERE deploy = ? ORDER BY id DESC LIMIT 1", [.text(deploy.text)])
            .first?.event
    }

    func undeliveredEvents(limit: Int) throws(Problem) -> [OutboxEvent] {
        try outboxEvents(
            "SELECT * FROM events WHERE delivered IS NULL ORDER BY id LIMIT ?", [.integer(Int64(limit))])
    }

    func markDelivered(_ numbers: [Int64], at moment: Timestamp) throws(Problem) {
        for number in numbers {
            try execute("UPDATE events SET delivered = ? WHERE id = ?", [SQLValue(moment), .integer(number)])
        }
    }

    private func outboxEvents(_ sql: String, _ bindings: [SQLValue]) throws(Problem) -> [OutboxEvent] {
        try query(sql, bindings) { row throws(Problem) in
            OutboxEvent(number: try row.integer("id"), event: try row.event())
        }
    }
}
