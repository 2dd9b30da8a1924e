import Lifecycle
import Model

/// Services that are looked at together, because what is asked for one answers for the others.
struct PollGroup: Hashable, Sendable {
    struct Key: Hashable, Sendable {
        let driver: Driver
        /// The repository; the service itself where that is not known.
        let subject: String
        let every: Duration
    }

    let key: Key
    var services: [Service]

    /// `repositories` are those that are known of services whose settings do not say.
    static func groups(of services: [Service], _ repositories: [String: ImageReference] = [:]) -> [PollGroup] {
        var groups: [Key: PollGroup] = [:]
        for service in services where service.isEnabled {
            guard case .every(let every) = service.polling else { continue }
            let subject = (service.image ?? repositories[service.name])?.repository ?? "service \(service.name)"
            let key = Key(driver: service.kind.driver, subject: subject, every: every)
            groups[key, default: PollGroup(key: key, services: [])].services.append(service)
        }
        return groups.values.sorted { $0.key.subject < $1.key.subject }
    }
}
