/// What a look at an engine has shown of containers with labels.
package enum Sighting: Hashable, Sendable {
    case seen(Seen)
    /// The engine does not answer, so nothing is known; least of all that there are none.
    case unknown(Problem)
    /// Where an engine would listen there is not even a socket. On a machine that has never had one, that is no news.
    case absent(Problem)

    package var containers: [LabelledContainer] { if case .seen(let seen) = self { seen.containers } else { [] } }

    /// Whether it can be said what there is not.
    package var isKnown: Bool { if case .unknown = self { false } else { true } }

    package struct Seen: Hashable, Sendable {
        /// Running or not.
        package var containers: [LabelledContainer]
        /// Those that have a name which a deploy gives while it moves a container.
        package var moved: [Moved]
        /// What was left out that somebody might look for.
        package var notes: [String]

        package init(containers: [LabelledContainer] = [], moved: [Moved] = [], notes: [String] = []) {
            self.containers = containers
            self.moved = moved
            self.notes = notes
        }
    }

    package struct Moved: Hashable, Sendable {
        package let name: String
        /// The name that it had before, or will have.
        package let original: String

        package init(name: String, original: String) {
            self.name = name
            self.original = original
        }
    }
}
