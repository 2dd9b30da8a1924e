package import Lifecycle
package import Model
import SQLite

extension DatabaseJournal: EventOutbox {
    package func undelivered(limit: Int) async throws(Problem) -> [OutboxEvent] {
        try await read { database throws(Problem) in try database.undeliveredEvents(limit: limit) }
    }

    package func markDelivered(_ numbers: [Int64]) async throws(Problem) {
        let now = clock.now()
        try await write { database throws(Problem) in try database.markDelivered(numbers, at: now) }
    }
}
