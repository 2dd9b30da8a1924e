package import Model

/// How services are found that no file describes; made anew with the settings.
package struct ServiceSearch: Sendable {
    /// What was seen when the settings were read.
    package let first: Sighting
    /// Between two looks; nil when nobody looks, and only what is under way is brought to its end.
    package let every: Duration?
    /// There are containers in the files, so that it matters whether the engine answers.
    package let isEngineNeeded: Bool
    package let memory: any DiscoveryMemory
    package let look: @Sendable () async -> Sighting
    package let read: @Sendable ([LabelledContainer]) -> Readings

    /// What containers say of themselves.
    package struct Readings: Sendable {
        package let services: [(service: Service, container: LabelledContainer)]
        /// For the one who set the labels.
        package let complaints: [String]

        package init(services: [(service: Service, container: LabelledContainer)], complaints: [String]) {
            self.services = services
            self.complaints = complaints
        }
    }

    package init(
        first: Sighting, every: Duration?, isEngineNeeded: Bool, memory: any DiscoveryMemory,
        look: @escaping @Sendable () async -> Sighting,
        read: @escaping @Sendable ([LabelledContainer]) -> Readings
    ) {
        self.first = first
        self.every = every
        self.isEngineNeeded = isEngineNeeded
        self.memory = memory
        self.look = look
        self.read = read
    }
}

/// Keeps what was found, over the end of the agent.
package protocol DiscoveryMemory: Sendable {
    /// By the names of their services.
    func discovered() async throws(Problem) -> [String: LabelledContainer]
    /// All of it or nothing, on the disk when it returns.
    func rememberDiscovered(
        _ containers: [String: LabelledContainer], forget names: [String]
    ) async throws(Problem)
}
