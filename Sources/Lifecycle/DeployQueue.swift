package import Model

/// Who may start now. Pure: one deploy per service at a time, services that share a lock take turns,
/// triggers that arrive meanwhile become one follow-up with the newest wish, and a limit over all.
package struct DeployQueue: Sendable {
    package enum Decision: Hashable, Sendable {
        /// Nothing was waiting for that service: this record is new.
        case queued(DeployRecord)
        /// One waits already, and takes over the newer wish.
        case coalesced(DeployRecord)
        /// A person has chosen the release; the reason says so.
        case declined(reason: String)
    }

    /// What keeps a waiting deploy from starting.
    package enum Obstacle: Hashable, Sendable {
        case running(DeployID)
        case turn(service: String)
        case limit(Int)
        case paused
        case notBefore(Timestamp)
        /// Its acceptance is not yet on the disk.
        case notDurable
    }

    private struct Waiting: Sendable {
        var record: DeployRecord
        var isDurable: Bool
    }

    private struct Running: Sendable {
        let record: DeployRecord
        let lock: String
    }

    package var limit: Int
    package var isPaused = false
    package var pausedServices: Set<String> = []
    /// A person chose the release of these; the reason of the hold.
    package var holds: [String: String] = [:]
    /// Services with the same lock take turns; a service that is not in here is its own lock.
    package var locks: [String: String] = [:]
    private var waiting: [String: Waiting] = [:]
    private var running: [String: Running] = [:]

    package init(limit: Int) { self.limit = limit }

    package mutating func ask(_ new: DeployRecord) -> Decision {
        let service = new.service
        if new.trigger.kind.isAutomatic, let reason = holdReason(service) { return .declined(reason: reason) }
        guard var present = waiting[service] else {
            waiting[service] = Waiting(record: new, isDurable: false)
            return .queued(new)
        }
        var record = present.record
        // A poll that comes by must not hurry what a hook has put off, nor undo what a person asked for.
        let isMoot = new.trigger.kind.isAutomatic && (record.notBefore != nil || !record.trigger.kind.isAutomatic)
        if !isMoot {
            record.trigger = new.trigger
            record.wish = new.wish
            record.notBefore = new.notBefore
            record.attempt = new.attempt
            present.record = record
            waiting[service] = present
        }
        return .coalesced(record)
    }

    /// The release that a person chose, or is about to get, stands.
    private func holdReason(_ service: String) -> String? {
        if let reason = holds[service] { return reason }
        let chosen = [running[service]?.record, waiting[service]?.record].compactMap(\.self).first { $0.wish.holds }
        return chosen.map { "deploy \($0.id) of a chosen release is under way" }
    }

    /// Its acceptance is on the disk: it may start.
    package mutating func accepted(_ id: DeployID) {
        for (service, entry) in waiting where entry.record.id == id { waiting[service]?.isDurable = true }
    }

    /// Its acceptance could not be written: as if it had never been asked for.
    package mutating func withdraw(_ id: DeployID) {
        for (service, entry) in waiting where entry.record.id == id { waiting[service] = nil }
    }

    /// At start: what the journal remembers.
    package mutating func restore(waiting record: DeployRecord) {
        waiting[record.service] = Waiting(record: record, isDurable: true)
    }

    package mutating func restore(running record: DeployRecord) {
        running[record.service] = Running(record: record, lock: lock(of: record.service))
    }

    /// Takes out everything that may start now, oldest first.
    package mutating func start(at now: Timestamp) -> [DeployRecord] {
        var started: [DeployRecord] = []
        for record in waiting.values.map(\.record).sorted(by: { ($0.accepted, $0.id) < ($1.accepted, $1.id) })
        where obstacle(for: record.service, at: now) == nil {
            waiting[record.service] = nil
            running[record.service] = Running(record: record, lock: lock(of: record.service))
            started.append(record)
        }
        return started
    }

    package mutating func finished(_ service: String) { running[service] = nil }

    /// Why the waiting deploy of a service does not start; nil if it would, or if none waits.
    package func obstacle(for service: String, at now: Timestamp) -> Obstacle? {
        guard let entry = waiting[service] else { return nil }
        guard entry.isDurable else { return .notDurable }
        if let current = running[service] { return .running(current.record.id) }
        let lock = lock(of: service)
        if let holder = running.values.first(where: { $0.lock == lock }) {
            return .turn(service: holder.record.service)
        }
        if entry.record.trigger.kind.isAutomatic, isPaused || pausedServices.contains(service) { return .paused }
        if let moment = entry.record.notBefore, now < moment { return .notBefore(moment) }
        if running.count >= limit { return .limit(limit) }
        return nil
    }

    package func waitingRecord(of service: String) -> DeployRecord? { waiting[service]?.record }
    package func runningID(of service: String) -> DeployID? { running[service]?.record.id }
    package var runningCount: Int { running.count }

    /// When the next deferred deploy is due.
    package func nextDue(after now: Timestamp) -> Timestamp? {
        waiting.values.compactMap(\.record.notBefore).filter { $0 > now }.min()
    }

    private func lock(of service: String) -> String { locks[service] ?? "service \(service)" }
}
