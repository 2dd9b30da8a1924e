import Lifecycle
import Model

/// Knows which services containers describe by their labels.
///
/// A container is remembered on the disk before its service can be deployed, and until it was seen to be gone with no
/// deploy of it open: a deploy that is cut off leaves its container under another name, or none at all, and has to be
/// taken up all the same.
actor Discovery {
    struct Findings: Sendable {
        var services: [Service] = []
        /// Why nothing is known of the containers just now.
        var doubt: String?
        var complaints: [String] = []
    }

    private let journal: any JournalReading
    private let log: Log
    /// By the names of their services, as they are remembered.
    private var known: [String: LabelledContainer] = [:]
    private var services: [String: Service] = [:]
    private var complaints: [String] = []
    private var isAnswering = true

    init(journal: any JournalReading, log: Log) {
        self.journal = journal
        self.log = log
    }

    /// Before anything else.
    func recall(_ search: ServiceSearch) async throws(Problem) { known = try await search.memory.discovered() }

    /// What a look means. One after the other.
    func weigh(_ sighting: Sighting, _ search: ServiceSearch) async -> Findings {
        switch sighting {
        case .seen(let seen):
            noteEngine(nil, matters: true)
            return await weigh(seen, search)
        case .unknown(let problem):
            return unseen(problem, search, matters: true)
        case .absent(let problem):
            return unseen(problem, search, matters: search.isEngineNeeded || !known.isEmpty)
        }
    }

    // MARK: - The engine is silent

    /// Nothing is lost, and nothing is known.
    private func unseen(_ problem: Problem, _ search: ServiceSearch, matters: Bool) -> Findings {
        noteEngine(problem, matters: matters)
        let readings = search.read(Array(known.values))
        services = Dictionary(readings.services.map { ($0.service.name, $0.service) }) { $1 }
        return Findings(
            services: sorted(), doubt: "\(problem)", complaints: note(readings.complaints))
    }

    private func noteEngine(_ problem: Problem?, matters: Bool) {
        if let problem, isAnswering, matters {
            log.warning("what containers there are is not known: \(problem)")
            isAnswering = false
        } else if problem == nil, !isAnswering {
            log.info("the engine answers again")
            isAnswering = true
        }
    }

    // MARK: - It answers

    private func weigh(_ seen: Sighting.Seen, _ search: ServiceSearch) async -> Findings {
        let readings = search.read(seen.containers)
        var complaints = readings.complaints + seen.notes
        var found: [String: (service: Service, container: LabelledContainer)] = [:]
        for entry in readings.services { found[entry.service.name] = entry }
        var next = found.mapValues(\.container)
        let absent = known.filter { next[$0.key]?.name != $0.value.name }
        if !absent.isEmpty {
            let open = await openServices()
            let moved = Set(seen.moved.map(\.original))
            for (name, container) in absent {
                guard open?.contains(name) != false || moved.contains(container.name) else { continue }
                // Also when a file has the service by now: its deploy may have to be ended by these settings.
                next[name] = container
                found[name] = search.read([container]).services.first
            }
        }
        do throws(Problem) {
            try await remember(next, search.memory)
        } catch {
            // A service that is not on the disk could not be taken up after a kill.
            complaints.append(
                "what labels describe cannot be written down, so nothing new is taken from them: \(error)")
            found = found.filter { known[$0.key] != nil }
        }
        noteChanges(found)
        services = found.mapValues(\.service)
        return Findings(services: sorted(), doubt: nil, complaints: note(complaints))
    }

    /// Nil when that is not known.
    private func openServices() async -> Set<String>? {
        do throws(Problem) {
            let open = try await journal.unfinished() + journal.waiting()
            return Set(open.map(\.service))
        } catch {
            return nil
        }
    }

    private func remember(_ next: [String: LabelledContainer], _ memory: any DiscoveryMemory) async throws(Problem) {
        let changed = next.filter { known[$0.key] != $0.value }
        let gone = known.keys.filter { next[$0] == nil }
        guard !changed.isEmpty || !gone.isEmpty else { return }
        try await memory.rememberDiscovered(changed, forget: gone.sorted())
        known = next
    }

    // MARK: - Telling

    private func noteChanges(_ found: [String: (service: Service, container: LabelledContainer)]) {
        for (name, entry) in found.sorted(by: { $0.key < $1.key }) {
            guard let before = services[name] else {
                log.info("the container \"\(entry.container.name)\" is a service, by its labels", service: name)
                continue
            }
            if before != entry.service {
                log.info("the labels of the container \"\(entry.container.name)\" have changed", service: name)
            }
        }
        for name in services.keys.sorted() where found[name] == nil {
            log.info(
                "no container has the labels of this service any more, so it is none; its history stays", service: name)
        }
    }

    /// Each once, as long as it lasts.
    private func note(_ complaints: [String]) -> [String] {
        for complaint in complaints where !self.complaints.contains(complaint) { log.warning(complaint) }
        self.complaints = complaints
        return complaints
    }

    private func sorted() -> [Service] { services.values.sorted { $0.name < $1.name } }
}
