package import Model

/// What may go of all that was kept on the machine for services, and what may not.
package struct PruneOrder: Hashable, Sendable {
    /// A release that has to stay, and who needs it for what.
    package struct Need: Hashable, Sendable {
        package let release: Release
        package let reason: String
    }

    /// Only what was kept for these; nil for all that this agent knows of.
    package var named: [String]?
    /// Services that are in the settings or that the journal remembers. What was kept for others may be another agent's.
    package var known: Set<String>
    /// Of these nothing goes; why.
    package var untouched: [String: String] = [:]
    package var needs: [Need] = []
    /// By the digests of images, the services that were moved from or to them. They may have been brought for these, also
    /// when nothing keeps them any more.
    package var past: [String: Set<String>] = [:]
    /// Only looks.
    package var isDryRun: Bool

    /// `services` are those of the settings, `states` what the journal remembers, `past` by service what its history
    /// tells of, and `underWay` the deploys that have begun and not ended.
    package init(
        named: [String]?, services: [Service], states: [ServiceState], past: [String: Set<Release>],
        underWay: [DeployRecord], isDryRun: Bool
    ) {
        self.named = named
        self.isDryRun = isDryRun
        let configured = Set(services.map(\.name))
        known = configured.union(states.map(\.name))
        let remembered = Dictionary(states.map { ($0.name, $0) }) { $1 }
        for name in configured {
            let state = remembered[name]
            needs += [(state?.current, "what \(name) runs"), (state?.previous, "what \(name) can be rolled back to")]
                .compactMap { release, reason in release.map { Need(release: $0, reason: reason) } }
            // Any of them may be the way back.
            if state?.current == nil { untouched[name] = "it is not known what \(name) runs" }
        }
        for record in underWay {
            let reason = "deploy \(record.id) of \(record.service) is under way"
            untouched[record.service] = reason
            needs += [record.from, record.to].compactMap { $0.map { Need(release: $0, reason: reason) } }
        }
        for (service, releases) in past {
            for case .image(_, let digest) in releases { self.past[digest, default: []].insert(service) }
        }
    }
}

/// Lets go of what was kept on the machine for releases that nobody needs any more.
package protocol ReleaseKeeper: Sendable {
    /// Nothing that is kept now, and nothing that is kept from now on by a deploy, may be lost of what the order needs.
    func prune(_ order: PruneOrder) async throws(Problem) -> PruneReport
}
