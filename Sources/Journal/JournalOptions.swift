package struct JournalOptions: Sendable {
    /// `grapnel.db` in the state directory.
    package var path: String
    package var backupDirectory: String
    /// How many backups are kept; 0 makes none.
    package var backups = 5
    /// Not more often than this, however much changes.
    package var backupInterval: Duration = .seconds(600)
    /// Finished deploys per service.
    package var historyLength = 100
    package var eventCount = 1000
    package var store = StoreLimits()
    package var schema = Schema.current

    /// `state` is the directory; the backups lie under it unless said otherwise.
    package init(state: String, backupDirectory: String? = nil) {
        path = state + "/grapnel.db"
        self.backupDirectory = backupDirectory ?? state + "/backups"
    }
}
