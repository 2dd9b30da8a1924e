import Daemon
import Journal
import Lifecycle
import Model

enum JournalBench {
    /// One entry to a commit, from tasks that each wait for theirs. Leaves the file for the baseline to write into.
    static func commits(_ count: Int, writers: Int, in directory: String) async throws(Problem) -> Double {
        var options = JournalOptions(state: directory)
        options.backups = 0
        let clock = SystemClock()
        let journal = try DatabaseJournal(options, clock: clock) { _ in }
        let share = count / writers
        let entry = JournalEntry(phase: .up, step: "run", kind: .intent, data: ["script": "run"], at: clock.now())
        // As the baseline does, which says why.
        for _ in 0..<500 { try await journal.append([entry], to: DeployID("bench")) }
        let watch = Stopwatch()
        let results = await withTaskGroup(of: Result<Void, Problem>.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    do throws(Problem) {
                        for _ in 0..<share { try await journal.append([entry], to: DeployID("bench\(writer)")) }
                        return .success(())
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let each = watch.microseconds(each: share * writers)
        await journal.close()
        for result in results { try result.get() }
        return each
    }
}
