/// A named thing that is deployed, as the settings describe it.
package struct Service: Hashable, Sendable {
    package var name: String
    package var kind: ServiceKind
    package var image: ImageReference?
    package var track: Track?
    package var tagLimits: TagLimits
    package var health: HealthDefinition
    /// When polls and webhooks may deploy it; always if there are none.
    package var windows: [MaintenanceWindow]
    package var isEnabled: Bool
    package var isPaused: Bool
    package var polling: Polling
    package var heal: HealDefinition?
    /// Credentials of its own, instead of those for the registry's host.
    package var registry: RegistryAccess?
    /// Repositories besides its own that an API caller may deploy.
    package var allowedImages: [String]
    /// Where the settings define it; nil for one that a label or a request implies.
    package var position: Position?

    package init(
        name: String, kind: ServiceKind, image: ImageReference? = nil, track: Track? = nil,
        tagLimits: TagLimits = TagLimits(), health: HealthDefinition = HealthDefinition(),
        windows: [MaintenanceWindow] = [], isEnabled: Bool = true,
        isPaused: Bool = false, polling: Polling = .every(.seconds(300)), heal: HealDefinition? = nil,
        registry: RegistryAccess? = nil, allowedImages: [String] = [], position: Position? = nil
    ) {
        self.name = name
        self.kind = kind
        self.image = image
        self.track = track
        self.tagLimits = tagLimits
        self.health = health
        self.windows = windows
        self.isEnabled = isEnabled
        self.isPaused = isPaused
        self.polling = polling
        self.heal = heal
        self.registry = registry
        self.allowedImages = allowedImages
        self.position = position
    }
}
