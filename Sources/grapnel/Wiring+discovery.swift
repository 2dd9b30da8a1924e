import Daemon
import DockerEngine
import Journal
import Lifecycle
import Model
import Settings

/// Services that no file describes.
extension Wiring {
    func search(_ examination: Examination, _ tools: Tools) -> ServiceSearch {
        let settings = examination.settings
        let look = labelSearch(settings)
        return ServiceSearch(
            first: examination.sighting, every: settings.discovery.isOn ? settings.discovery.every : nil,
            isEngineNeeded: settings.hasContainers, memory: tools.journal, look: look
        ) { containers in
            let labelled = settings.services(of: containers)
            return ServiceSearch.Readings(
                services: labelled.entries.map { ($0.service, $0.container) },
                complaints: (labelled.mistakes + labelled.warnings).map { "\($0)" })
        }
    }

    /// What one look shows; nothing where the settings want none.
    func labelSearch(_ settings: Settings) -> @Sendable () async -> Sighting {
        guard settings.discovery.isOn else { return { .seen(Sighting.Seen()) } }
        do throws(Problem) {
            let search = LabelSearch(try engine())
            return { await search.look() }
        } catch {
            return { [error] in .unknown(error) }
        }
    }

    /// For commands that need no agent: the services of the files, and those that labels describe now. `certainly` for
    /// those that must not miss any, when the engine does not answer.
    func services(certainly: Bool = false) async throws(Problem) -> [Service] {
        let settings = try load().settings
        let sighting = await labelSearch(settings)()
        if certainly, case .unknown(let problem) = sighting { throw problem }
        return settings.services + settings.services(of: sighting.containers).entries.map(\.service)
    }
}

extension Settings {
    var hasContainers: Bool { services.contains { $0.kind.driver != .script } }
}

extension DatabaseJournal: DiscoveryMemory {}
