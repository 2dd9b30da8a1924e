package import Model
import SQLite

// What a deploy that was cut off needs to be taken up, when the container it belongs to has another name just then.
extension DatabaseJournal {
    /// By the names of their services.
    package func discovered() async throws(Problem) -> [String: LabelledContainer] {
        try await read { database throws(Problem) in
            try database.discovered().compactMapValues { LabelledContainer(json: $0) }
        }
    }

    /// All of it or nothing.
    package func rememberDiscovered(
        _ containers: [String: LabelledContainer], forget names: [String]
    ) async throws(Problem) {
        try await write { database throws(Problem) in
            for name in names { try database.forget(discovered: name) }
            for (name, container) in containers { try database.remember(discovered: name, container.json) }
        }
    }
}
