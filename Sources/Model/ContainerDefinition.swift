/// One container on this machine's engine.
package struct ContainerDefinition: Hashable, Sendable {
    package enum Pull: String, Hashable, Sendable, CaseIterable {
        /// The registry is asked what a tag stands for, and the image comes from there.
        case always
        /// The image was built on the engine itself: a tag stands for what it has there.
        case never
    }

    package var container: String
    package var pull: Pull

    package init(container: String, pull: Pull = .always) {
        self.container = container
        self.pull = pull
    }
}
