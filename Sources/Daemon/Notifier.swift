import Lifecycle
import Model

/// Tells people of what the journal's outbox holds: first the `notify` hooks, which may rewrite the
/// message or drop it, then the channels. Never in a deploy's way.
actor Notifier {
    private static let batch = 50
    /// Between two looks while the journal cannot be read or written, in the end.
    private static let longestPause: Duration = .seconds(60)

    private let outbox: any EventOutbox
    private let journal: any DeployJournal
    private let log: Log
    private var hooks: any HookSource
    private var channels: [any NotificationChannel]
    private var services: [String: Service] = [:]
    /// Told, but the journal could not be made to say so: a full disk must not tell people the same again and again.
    private var toldOnly: Set<Int64> = []
    private var lastProblem: Problem?

    init(
        outbox: any EventOutbox, journal: any DeployJournal, log: Log, parts: AgentParts
    ) {
        self.outbox = outbox
        self.journal = journal
        self.log = log
        hooks = parts.hooks
        channels = parts.channels
        services = Dictionary(parts.services.map { ($0.name, $0) }) { _, last in last }
    }

    func apply(_ parts: AgentParts) {
        hooks = parts.hooks
        channels = parts.channels
        services = Dictionary(parts.services.map { ($0.name, $0) }) { _, last in last }
    }

    /// Looks into the outbox until the task is cancelled; less and less often while the journal does not work.
    func run(every pause: Duration, clock: any WallClock) async {
        var next = pause
        while !Task.isCancelled {
            switch await deliverBatch() {
            case .more:
                next = pause
                continue
            case .empty: next = pause
            case .journalFails: next = min(next * 2, Notifier.longestPause)
            }
            do throws(Problem) {
                try await clock.sleep(for: next)
            } catch {
                return
            }
        }
    }

    private enum Delivery { case more, empty, journalFails }

    private func deliverBatch() async -> Delivery {
        do throws(Problem) {
            let events = try await outbox.undelivered(limit: Notifier.batch)
            for entry in events {
                guard !Task.isCancelled else { return .empty }
                if !toldOnly.contains(entry.number) {
                    try await tell(entry.event)
                    toldOnly.insert(entry.number)
                }
                try await outbox.markDelivered([entry.number])
                toldOnly.remove(entry.number)
            }
            lastProblem = nil
            return events.count < Notifier.batch ? .empty : .more
        } catch {
            guard error.code != .interrupted else { return .empty }
            if error != lastProblem { log.error("notifications: \(error)") }
            lastProblem = error
            return .journalFails
        }
    }

    private func tell(_ event: Event) async throws(Problem) {
        log.line(event.kind.level, event.message, service: event.service, deploy: event.deploy)
        guard let message = try await askHooks(event) else { return }
        for channel in channels where channel.wants(message) {
            do throws(Problem) {
                try await channel.send(message)
            } catch {
                if error.code == .interrupted { throw error }
                log.warning("notify: \(channel.name): \(error)", service: event.service, deploy: event.deploy)
            }
        }
    }

    /// The event as the hooks leave it; nil if one of them dropped it.
    private func askHooks(_ event: Event) async throws(Problem) -> Event? {
        var event = event
        let deploy = try await deploy(of: event)
        let session = hooks.session(for: deploy)
        var isDropped = false
        for hook in await session.hooks(at: .notify) where !isDropped {
            do throws(Problem) {
                switch try await hook.run(HookEvent(point: .notify, deploy: deploy, event: event)) {
                case .rewrite(let value): event.message = value.string ?? value["message"]?.string ?? event.message
                case .drop: isDropped = true
                case .proceed: break
                case let other:
                    log.warning("hook \(hook.name): answered \"\(other.name)\", which is not possible at notify")
                }
            } catch {
                log.warning("hook \(hook.name) failed: \(error)", service: event.service, deploy: event.deploy)
                if error.code == .interrupted {
                    await session.close()
                    throw error
                }
            }
        }
        await session.close()
        return isDropped ? nil : event
    }

    /// What hooks are told of the deploy. An event of the whole agent has none: it comes with a service
    /// without a name, for which only the hooks for every service run.
    private func deploy(of event: Event) async throws(Problem) -> Deploy {
        let nameless = Service(name: event.service ?? "", kind: .script(ScriptDefinition(run: [])))
        let service = event.service.flatMap { services[$0] } ?? nameless
        guard let id = event.deploy, let record = try await journal.deploy(id.text) else {
            return Deploy(
                id: event.deploy ?? DeployID(""), service: service, trigger: Trigger(.commandLine), wish: Wish(),
                attempt: 1, from: event.from, to: event.to)
        }
        return Deploy(
            id: id, service: service, trigger: record.trigger, wish: record.wish, attempt: record.attempt,
            from: record.from, to: record.to, failure: record.reason)
    }
}

extension Event.Kind {
    /// How loudly the agent's own log says it.
    var level: Log.Level {
        switch self {
        case .failed, .journalRestored: .error
        case .rolledBack, .aborted, .blocked, .waiting, .recovered: .warning
        case .started, .deployed, .deferred, .unblocked, .unchanged, .followed, .paused, .resumed, .available:
            .info
        }
    }
}
