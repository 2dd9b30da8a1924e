/// One container on this machine's engine.
package struct ContainerDefinition: Hashable, Sendable {
    package var container: String

    package init(container: String) { self.container = container }
}
