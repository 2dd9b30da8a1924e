package import Model

/// A path under `/webhooks/`, and what a request to it means.
package struct WebhookDefinition: Hashable, Sendable {
    /// Something that a request's payload must say.
    package struct Condition: Hashable, Sendable {
        /// `event`, or a path into the payload such as `repository.name`.
        package let path: String
        /// Any of them will do.
        package let values: [String]
    }

    package let name: String
    package let plugin: PluginUse
    package let secret: Secret?
    /// It is wanted that anyone may call it.
    package let isOpen: Bool
    package let conditions: [Condition]
    /// nil: those whose image the payload names.
    package let services: [String]?
    package let command: String?
    package let arguments: [String]
    package let position: Position
}
