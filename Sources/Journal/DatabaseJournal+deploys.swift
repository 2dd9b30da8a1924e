package import Lifecycle
package import Model
import SQLite

extension DatabaseJournal: DeployJournal {
    package func accept(_ record: DeployRecord, state: ServiceState?, events: [Event]) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            try database.save(record)
            if let state { try database.save(state) }
            try database.add(events, keeping: options.eventCount)
        }
    }

    package func advance(_ record: DeployRecord, entries: [JournalEntry], events: [Event]) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            try database.save(record)
            try database.append(entries, to: record.id)
            try database.add(events, keeping: options.eventCount)
        }
    }

    package func append(_ entries: [JournalEntry], to deploy: DeployID) async throws(Problem) {
        try await write { database throws(Problem) in try database.append(entries, to: deploy) }
    }

    package func finish(_ closing: Closing) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            try database.save(closing.record)
            try database.append(closing.entries, to: closing.record.id)
            try database.forgetStepData(of: closing.record.id)
            try database.save(closing.state)
            if closing.clearsBlocks { try database.forgetBlocks(of: closing.record.service) }
            if let proven = closing.proven {
                _ = try database.unblock(service: closing.record.service, identity: proven.identity)
            }
            try database.forgetExpiredBlocks(at: closing.event.at)
            if let block = closing.block { try database.save(block) }
            if let followUp = closing.followUp { try database.save(followUp) }
            try database.add([closing.event], keeping: options.eventCount)
            try database.trimHistory(of: closing.state, keeping: options.historyLength)
        }
        await noteChange()
    }

    package func save(_ state: ServiceState, events: [Event]) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            try database.save(state)
            try database.add(events, keeping: options.eventCount)
        }
        await noteChange()
    }

    package func savePause(_ mark: ServiceState.Mark?, events: [Event]) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            try database.savePause(mark)
            try database.add(events, keeping: options.eventCount)
        }
        await noteChange()
    }

    package func unblock(service: String, identity: String?, events: [Event]) async throws(Problem) -> [Block] {
        let removed = try await write { [options] database throws(Problem) in
            let removed = try database.unblock(service: service, identity: identity)
            // Nothing happened, so there is nothing to tell.
            if !removed.isEmpty { try database.add(events, keeping: options.eventCount) }
            return removed
        }
        await noteChange()
        return removed
    }

    package func add(_ events: [Event]) async throws(Problem) {
        try await write { [options] database throws(Problem) in
            try database.add(events, keeping: options.eventCount)
        }
    }
}

// MARK: - Reading

extension DatabaseJournal {
    package func service(_ name: String) async throws(Problem) -> ServiceState? {
        try await read { database throws(Problem) in try database.service(name) }
    }

    package func services() async throws(Problem) -> [ServiceState] {
        try await read { database throws(Problem) in try database.services() }
    }

    package func pause() async throws(Problem) -> ServiceState.Mark? {
        try await read { database throws(Problem) in try database.pause() }
    }

    package func blocks(service: String?) async throws(Problem) -> [Block] {
        try await read { database throws(Problem) in try database.blocks(service: service) }
    }

    package func waiting() async throws(Problem) -> [DeployRecord] {
        try await read { database throws(Problem) in try database.waitingDeploys() }
    }

    package func unfinished() async throws(Problem) -> [DeployRecord] {
        try await read { database throws(Problem) in try database.unfinishedDeploys() }
    }

    package func entries(of deploy: DeployID) async throws(Problem) -> [JournalEntry] {
        try await read { database throws(Problem) in try database.entries(of: deploy) }
    }

    /// Without what only recovery needs.
    package func history(service: String?, limit: Int) async throws(Problem) -> [DeployRecord] {
        try await read { database throws(Problem) in try database.history(service: service, limit: limit) }
    }

    package func pastReleases() async throws(Problem) -> [String: Set<Release>] {
        try await read { database throws(Problem) in try database.pastReleases() }
    }

    package func lastDeploy(of service: String) async throws(Problem) -> DeployRecord? {
        try await read { database throws(Problem) in try database.lastDeploy(of: service) }
    }

    package func deploy(_ id: String) async throws(Problem) -> DeployRecord? {
        try await read { database throws(Problem) in try database.deploy(id) }
    }
}
