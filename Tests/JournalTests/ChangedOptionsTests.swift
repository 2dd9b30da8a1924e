import Journal
import Lifecycle
import Model
import TestKit
import Testing

/// What a reload changes.
@Suite struct ChangedOptionsTests {
    let home = TestJournal()

    private func options(_ change: (inout JournalOptions) -> Void) -> JournalOptions {
        var options = JournalOptions(state: home.state)
        change(&options)
        return options
    }

    @Test func theLengthOfTheHistoryCountsFromTheNextDeployOn() async throws {
        let journal = try home.open { $0.historyLength = 100 }
        for index in 0..<5 { try await journal.finish(closing(finished("a\(index)", at: index))) }
        await journal.apply(options { $0.historyLength = 2 })
        try await journal.finish(closing(finished("a5", at: 5)))
        #expect(try await journal.history(service: nil, limit: 100).count == 2)
        await journal.close()
    }

    @Test func aNewDirectoryForBackupsGetsOneAtOnce() async throws {
        let journal = try home.open()
        try await journal.finish(closing(finished("a")))
        while home.backups.isEmpty { await Task.yield() }
        let elsewhere = home.directory.path("elsewhere")
        // Without a new directory the next one would be due in ten minutes.
        await journal.apply(options { $0.backupDirectory = elsewhere })
        while home.directory.names(in: "elsewhere").isEmpty { await Task.yield() }
        await journal.close()
        #expect(home.backups.count == 1)
    }

    @Test func theNumberOfBackupsCountsFromTheNextOneOn() async throws {
        let journal = try home.open()
        await journal.apply(options { $0.backups = 0 })
        try await journal.finish(closing(finished("a")))
        await journal.close()
        #expect(home.backups == [])
    }
}
