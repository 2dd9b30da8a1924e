import Model

/// What an image is made for.
package struct Platform: Hashable, Sendable {
    package var system: String
    package var architecture: String
    package var variant: String?

    package init(system: String, architecture: String, variant: String? = nil) {
        self.system = system
        self.architecture = architecture
        self.variant = variant
    }

    init?(_ json: JSON?) {
        guard let system = json?["os"]?.string, let architecture = json?["architecture"]?.string else { return nil }
        self.init(system: system, architecture: architecture, variant: json?["variant"]?.string)
    }

    /// Whether one of the other kind runs here. A variant that only one of the two names is no difference.
    func takes(_ other: Platform) -> Bool {
        system == other.system && architecture == other.architecture
            && (variant == nil || other.variant == nil || variant == other.variant)
    }
}

extension Platform: CustomStringConvertible {
    package var description: String { "\(system)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}
