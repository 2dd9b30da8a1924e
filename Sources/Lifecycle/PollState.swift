package import Model

/// What the last look for a new release of a service has come to, and when the next one is due.
package struct PollState: Hashable, Sendable {
    package enum Finding: Hashable, Sendable {
        case upToDate
        /// Another release than the one that runs; what became of it is in the history.
        case found(Release)
        /// There is nothing that could be deployed; the reason says why.
        case nothing(reason: String)
        /// It could not be looked: nothing is known, least of all that it is up to date.
        case unknown(reason: String)

        package var name: String {
            switch self {
            case .upToDate: "up-to-date"
            case .found: "found"
            case .nothing: "nothing"
            case .unknown: "unknown"
            }
        }

        package var reason: String? {
            switch self {
            case .upToDate: nil
            case .found(let release): release.shortText
            case .nothing(let reason), .unknown(let reason): reason
            }
        }
    }

    package var every: Duration
    package var looked: Timestamp?
    package var finding: Finding?
    package var next: Timestamp?
    /// Why it is looked less often than the settings say.
    package var slowdown: String?
    /// Which tags the last look has seen, where one of several was to be chosen.
    package var tags: TagChoice?

    package init(every: Duration) { self.every = every }

    package var json: JSON {
        [
            "every": .string(every.text), "looked": JSON(looked.map { "\($0)" }), "finding": JSON(finding?.name),
            "reason": JSON(finding?.reason), "next": JSON(next.map { "\($0)" }), "slowdown": JSON(slowdown),
            "tags": tags?.json ?? .null,
        ]
    }
}

/// Whether registries still have patience with us.
package protocol RegistryQuotas: Sendable {
    /// Why there should be fewer looks at it; nil when there is no reason.
    func shortage(at host: String) -> String?
}
