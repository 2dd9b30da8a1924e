package import Glibc
package import Model

/// The processes that an agent which was killed has left behind. They are known by an entry of their environment,
/// which children inherit and which outlives every kind of end that the agent can come to.
package enum DeployChildren {
    /// Each after a new look, since processes may start others while they are being ended.
    private static let mostKills = 5

    /// All processes but ourselves whose environment has exactly the entry `marker=value`, as far as we may see.
    ///
    /// Reads all of /proc: not for Swift's cooperative pool.
    package static func find(marker: String, value: String) -> [pid_t] {
        let entry = Array("\(marker)=\(value)".utf8)
        return allProcesses().filter { $0 != getpid() && MarkedProcess.carries(entry, $0) }
    }

    /// Ends those processes, each together with its group when the group's leader is one of them: TERM, up to `grace`,
    /// KILL. Returns how many there were.
    @discardableResult
    package static func end(
        marker: String, value: String, grace: Duration = .seconds(5)
    ) async throws(Problem) -> Int {
        let result: Result<Int, Problem> = await withCheckedContinuation { continuation in
            do throws(Problem) {
                try startThread {
                    do throws(Problem) {
                        continuation.resume(returning: .success(try endAll(marker: marker, value: value, grace: grace)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    private static func endAll(marker: String, value: String, grace: Duration) throws(Problem) -> Int {
        let entry = Array("\(marker)=\(value)".utf8)
        let killAt = ContinuousClock.now + grace
        var seen: Set<pid_t> = []
        var wasEmpty = false
        var kills = 0
        while true {
            let found = find(marker: marker, value: value).compactMap { MarkedProcess($0, entry: entry) }
            if found.isEmpty {
                // Looked for twice: in the middle of an exec a process has no environment to be seen.
                if wasEmpty { return seen.count }
                wasEmpty = true
                usleep(20_000)
                continue
            }
            wasEmpty = false
            let isPolite = ContinuousClock.now < killAt
            if isPolite {
                // Once each: some take a second TERM for impatience and skip their tidying up.
                MarkedProcess.signal(SIGTERM, found.filter { !seen.contains($0.pid) })
            } else {
                guard kills < mostKills else {
                    let pids = found.map { "\($0.pid)" }.joined(separator: ", ")
                    throw Problem(.failed, "processes of \(marker)=\(value) could not be ended: \(pids)")
                }
                MarkedProcess.signal(SIGKILL, found)
                kills += 1
            }
            seen.formUnion(found.map(\.pid))
            MarkedProcess.wait(for: found, until: isPolite ? killAt : .now + .seconds(2))
        }
    }

    private static func allProcesses() -> [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var pids: [pid_t] = []
        while let entry = readdir(directory) {
            let pid = withUnsafeBytes(of: &entry.pointee.d_name) {
                pid_t(String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self))
            }
            if let pid { pids.append(pid) }
        }
        return pids
    }
}
