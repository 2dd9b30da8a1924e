import Lifecycle
import Model
import Synchronization

// Services that come and go with the containers whose labels describe them.
extension Agent {
    /// All of them, whoever describes them.
    var services: [Service] { parts.withLock { $0.services } + found.withLock { $0.services } }

    package var serviceCount: Int { services.count }

    /// At the start, before deploys are taken up: they need their services.
    func recallServices() async throws(Problem) {
        let current = parts.withLock { $0 }
        guard let search = current.search else { return }
        try await discovery.recall(search)
        _ = try await use(search.first, current)
    }

    /// Gives everybody these parts, with the services that the look has shown. Answers what is wrong with labels. `anew`: all
    /// that is polled is looked at from the beginning.
    func use(_ sighting: Sighting, _ new: AgentParts, anew: Bool = false) async throws(Problem) -> [String] {
        var findings = Discovery.Findings()
        if let search = new.search { findings = await discovery.weigh(sighting, search) }
        found.withLock { $0 = findings }
        var all = new
        all.services += findings.services
        await notifier.apply(all)
        try await coordinator.apply(
            all.services, limits: all.limits, drivers: all.drivers, hooks: all.hooks, prober: all.prober)
        await pollAgain(anew: anew)
        return findings.complaints
    }

    /// One look that begins from now on, and what comes of it. Those who wait while an engine is slow share the next.
    func look() async {
        let begun = looks.load(ordering: .relaxed)
        await changes.begin()
        let current = parts.withLock { $0 }
        if let search = current.search, search.every != nil, looks.load(ordering: .relaxed) == begun {
            looks.add(1, ordering: .relaxed)
            let sighting = await search.look()
            // What was broken off has shown nothing.
            if !Task.isCancelled {
                do throws(Problem) {
                    _ = try await use(sighting, current)
                } catch {
                    log.error("what labels describe is not in force: \(error)")
                }
            }
        }
        await changes.end()
    }

    /// Looks again and again, as the settings say that are in force now.
    func keepLooking() {
        let every = parts.withLock { $0.search?.every }
        let task = every.map { every in
            Task { [clock] in
                while true {
                    do throws(Problem) { try await clock.sleep(for: every) } catch { return }
                    await look()
                }
            }
        }
        let before = looking.withLock { looking in
            defer { looking = task }
            return looking
        }
        before?.cancel()
    }

    /// Whoever names a service that was made just now need not wait for the next look.
    func seek(_ name: String) async {
        if !services.contains(where: { $0.name == name }) { await look() }
    }
}
