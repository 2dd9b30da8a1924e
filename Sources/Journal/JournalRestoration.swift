package import Model

/// What was done about a journal that was damaged, and what is lost by it.
package struct JournalRestoration: Hashable, Sendable {
    /// What could still be read of one table of the damaged file.
    package struct Saved: Hashable, Sendable {
        package let table: String
        package var rows = 0
        package var isComplete = false
    }

    package let path: String
    package let damage: String
    /// The name that the damaged file has now; nil when it was missing.
    package var keptAs: String?
    /// Nil when there was no good one.
    package var backup: String?
    package var backupTaken: Timestamp?
    package var saved: [Saved] = []

    package var message: String {
        var parts = ["\(path): the journal was damaged (\(damage))"]
        if let keptAs { parts.append("it is kept as \(keptAs)") }
        if let backup, let backupTaken {
            parts.append("the backup \(backup), taken \(backupTaken), is in its place")
        } else {
            parts.append("there is no good backup, so a new journal was started")
        }
        parts.append(contentsOf: savedText)
        parts.append(lossText)
        return parts.joined(separator: "; ")
    }

    private var savedText: [String] {
        let texts = saved.compactMap { saved in
            saved.isComplete
                ? "all \(saved.rows) \(saved.table)" : saved.rows > 0 ? "\(saved.rows) \(saved.table)" : nil
        }
        return texts.isEmpty ? [] : ["read from the damaged file: " + texts.joined(separator: ", ")]
    }

    private var lossText: String {
        if !saved.isEmpty, saved.allSatisfy(\.isComplete) { return "nothing is known to be lost" }
        let rest = saved.contains { $0.rows > 0 } ? "everything else" : "everything"
        return backup == nil ? "\(rest) is lost" : "\(rest) that was written since that backup is lost"
    }
}
