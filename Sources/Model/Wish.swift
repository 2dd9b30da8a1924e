/// What a trigger wants of a service.
package struct Wish: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        /// Whatever the service's `track`, hooks or `revision` command choose.
        case follow
        /// A tag of the service's own repository; for a script, the revision itself.
        case tag(String)
        case image(String)
        /// The release before the current one.
        case previous
    }

    package var target: Target
    /// Overrides a block, and deploys even what already runs.
    package var force: Bool

    package init(_ target: Target = .follow, force: Bool = false) {
        self.target = target
        self.force = force
    }

    /// It names one release. When a person does that, nothing automatic may move the service away from it.
    package var holds: Bool { target != .follow }

    package var json: JSON {
        let (kind, value): (String, String?) =
            switch target {
            case .follow: ("follow", nil)
            case .tag(let tag): ("tag", tag)
            case .image(let image): ("image", image)
            case .previous: ("previous", nil)
            }
        return ["target": .string(kind), "value": JSON(value), "force": .bool(force)]
    }

    package init?(json: JSON) {
        guard let kind = json["target"]?.string, let force = json["force"]?.bool else { return nil }
        switch (kind, json["value"]?.string) {
        case ("follow", _): target = .follow
        case ("tag", let tag?): target = .tag(tag)
        case ("image", let image?): target = .image(image)
        case ("previous", _): target = .previous
        default: return nil
        }
        self.force = force
    }
}
