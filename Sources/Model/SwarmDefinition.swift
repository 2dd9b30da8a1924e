/// One Swarm service, by its full name (`stack_service`).
package struct SwarmDefinition: Hashable, Sendable {
    package var service: String

    package init(service: String) { self.service = service }
}
