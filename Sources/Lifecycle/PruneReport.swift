package import Model

/// What a prune has done, or would do.
package struct PruneReport: Hashable, Sendable {
    package enum Fate: String, Hashable, Sendable {
        case removed
        /// Only the name that kept it is gone; the image has others.
        case released
        case stays
    }

    package struct Entry: Hashable, Sendable {
        package var services: [String]
        /// As people would call the image.
        package var image: String
        package var fate: Fate
        /// What the engine gives as its size, of which it may share parts with others.
        package var size: Int64
        package var reason: String?

        package init(services: [String], image: String, fate: Fate, size: Int64, reason: String?) {
            self.services = services
            self.image = image
            self.fate = fate
            self.size = size
            self.reason = reason
        }
    }

    package var entries: [Entry]
    package var isDryRun: Bool
    /// How many bytes less the images take than before, by the engine's own account; nil where it gives none.
    package var freed: Int64?
    /// Images without a tag that no container uses and no history tells of. Whose they are is not known.
    package var nameless: Int

    package init(entries: [Entry], isDryRun: Bool, freed: Int64?, nameless: Int) {
        self.entries = entries
        self.isDryRun = isDryRun
        self.freed = freed
        self.nameless = nameless
    }

    package var json: JSON {
        [
            "dry_run": .bool(isDryRun), "freed": freed.map(JSON.integer) ?? .null,
            "nameless": .integer(Int64(nameless)),
            "images": .array(
                entries.map { entry in
                    [
                        "image": .string(entry.image), "services": .array(entry.services.map(JSON.string)),
                        "fate": .string(entry.fate.rawValue), "size": .integer(entry.size),
                        "reason": JSON(entry.reason),
                    ]
                }),
        ]
    }
}
