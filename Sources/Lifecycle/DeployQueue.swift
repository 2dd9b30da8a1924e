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
        /// Old releases are being removed.
        case prune
        case notBefore(Timestamp)
        /// No window is open; nil when none will ever be.
        case window(opens: Timestamp?)
        /// Its acceptance is not yet on the disk.
        case notDurable
    }

    private struct Waiting: Sendable {
        var record: DeployRecord
        /// As the journal has it; nil if it does not know of it yet.
        var durable: DeployRecord?
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
    /// Nothing of these begins for now, whoever asked for it.
    package var heldBack: Set<String> = []
    /// When polls and webhooks may deploy what; always, what is not in here.
    package var timetables: [String: WindowTimetable] = [:]
    /// Services with the same lock take turns; a service that is not in here is its own lock.
    package var locks: [String: String] = [:]
    private var waiting: [String: Waiting] = [:]
    private var running: [String: Running] = [:]

    package init(limit: Int) { self.limit = limit }

    /// Whatever is decided has to be written down and then `accepted`, or `withdrawn`, before the next
    /// question about the same service.
    package mutating func ask(_ new: DeployRecord) -> Decision {
        let service = new.service
        if new.trigger.kind.isAutomatic, let reason = holdReason(service) { return .declined(reason: reason) }
        guard var present = waiting[service] else {
            waiting[service] = Waiting(record: new, durable: nil)
            return .queued(new)
        }
        present.record.coalesce(with: new, isPaused: standsStill(service, at: new.accepted))
        waiting[service] = present
        return .coalesced(present.record)
    }

    /// The release that a person chose, or is about to get, stands.
    private func holdReason(_ service: String) -> String? {
        if let reason = holds[service] { return "\(service) is held: \(reason)" }
        let chosen = [running[service]?.record, waiting[service]?.record].compactMap(\.self).first(where: \.holds)
        return chosen.map { "deploy \($0.id) of a chosen release is under way" }
    }

    /// It is on the disk as it is: it may start.
    package mutating func accepted(_ id: DeployID) {
        for (service, entry) in waiting where entry.record.id == id { waiting[service]?.durable = entry.record }
    }

    package func isDurable(_ record: DeployRecord) -> Bool { waiting[record.service]?.durable == record }

    /// It could not be written: as if it had never been asked for.
    package mutating func withdraw(_ id: DeployID) {
        for (service, entry) in waiting where entry.record.id == id {
            waiting[service] = entry.durable.map { Waiting(record: $0, durable: $0) }
        }
    }

    /// When a deploy ends that wants another try: what is to wait from then on, with what waits already
    /// being the newer wish; nil if that stays as it is.
    package func merged(followUp: DeployRecord) -> DeployRecord? {
        guard let present = waiting[followUp.service]?.record else { return followUp }
        var wanted = followUp
        wanted.coalesce(with: present, isPaused: standsStill(followUp.service, at: followUp.accepted))
        var merged = present
        merged.adopt(wanted)
        return merged == present ? nil : merged
    }

    /// At start: what the journal remembers.
    package mutating func restore(waiting record: DeployRecord) {
        waiting[record.service] = Waiting(record: record, durable: record)
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
        guard entry.durable == entry.record else { return .notDurable }
        if let current = running[service] { return .running(current.record.id) }
        if heldBack.contains(service) { return .prune }
        let lock = lock(of: service)
        if let holder = running.values.first(where: { $0.lock == lock }) {
            return .turn(service: holder.record.service)
        }
        if entry.record.trigger.kind.isAutomatic, isPausedForAutomatic(service) { return .paused }
        if let moment = entry.record.notBefore, now < moment { return .notBefore(moment) }
        if entry.record.trigger.kind.isAutomatic, isShut(service, at: now) {
            return .window(opens: timetables[service]?.nextOpening(from: now))
        }
        if running.count >= limit { return .limit(limit) }
        return nil
    }

    package func waitingRecord(of service: String) -> DeployRecord? { waiting[service]?.record }
    package func runningID(of service: String) -> DeployID? { running[service]?.record.id }
    package var runningCount: Int { running.count }

    /// When the next deferred deploy is due, or a window opens for one that waits.
    package func nextDue(after now: Timestamp) -> Timestamp? {
        let openings = waiting.values.map(\.record).compactMap { record in
            record.trigger.kind.isAutomatic && isShut(record.service, at: now)
                ? timetables[record.service]?.nextOpening(from: now) : nil
        }
        return (waiting.values.compactMap(\.record.notBefore) + openings).filter { $0 > now }.min()
    }

    private func isPausedForAutomatic(_ service: String) -> Bool { isPaused || pausedServices.contains(service) }

    private func isShut(_ service: String, at now: Timestamp) -> Bool {
        timetables[service].map { !$0.isOpen(at: now) } ?? false
    }

    /// What is automatic does not begin now.
    private func standsStill(_ service: String, at now: Timestamp) -> Bool {
        isPausedForAutomatic(service) || isShut(service, at: now)
    }

    private func lock(of service: String) -> String { locks[service] ?? "service \(service)" }
}
