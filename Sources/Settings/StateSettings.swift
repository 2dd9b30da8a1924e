/// Copies of the database.
package struct StateSettings: Hashable, Sendable {
    package var backups = 5
    /// nil is a directory beside the database.
    package var backupDirectory: String?
}
