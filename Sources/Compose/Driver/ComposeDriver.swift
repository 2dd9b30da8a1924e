package import Lifecycle
package import Model

/// Moves services of a compose project: writes the new image down where the project's owner has written the old one, and
/// lets compose do the rest.
///
///     pull      the image, by its digest, through the engine; it and the old one are kept from `docker image prune`
///     up        write the image into the file · docker compose up -d
///     undo      put the bytes back · put the containers back as they were
///
/// The next `docker compose up` by hand finds what runs. Only the image's bytes are edited, and only when compose itself
/// says that nothing but the image has become another. Whoever edits the files meanwhile is never overwritten.
///
/// Each step is in the journal before it is taken, with the bytes that it replaces, and each may be repeated: compose
/// looks at what is there before it acts. What it leaves behind when it is killed itself is tidied up first.
package struct ComposeDriver: ServiceDriver {
    let host: any ContainerHost
    /// The agent's own.
    private let environment: [String: String]
    let watch = EngineWatch()
    let planned = PlannedFiles()

    package init(_ host: any ContainerHost, environment: [String: String]) {
        self.host = host
        self.environment = environment
    }

    func definition(of service: Service) throws(Problem) -> ComposeDefinition {
        guard case .compose(let definition) = service.kind else {
            throw Problem(.invalid, "services.\(service.name): expected a service whose driver is compose")
        }
        return definition
    }

    /// What compose runs with, and what stands for variables in its files before any `.env` does. `deploy` marks it, so that
    /// recovery finds what a killed agent left running.
    func environment(_ deploy: DeployID?, _ definition: ComposeDefinition) -> [String: String] {
        var values = DeployEnvironment(inheriting: environment).values
        let connection = ["DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG"]
        for name in connection { values[name] = environment[name] }
        // Whatever context somebody has chosen for docker: it is one engine that this is about.
        values["DOCKER_HOST"] = host.address
        values["PWD"] = ComposeTarget.directory(of: definition)
        values["COMPOSE_ANSI"] = "never"
        values["COMPOSE_IGNORE_ORPHANS"] = "1"
        values.merge(definition.environment) { _, own in own }
        values[DeployEnvironment.marker] = deploy?.text
        return values
    }

    func target(_ deploy: Deploy) async throws(Problem) -> ComposeTarget {
        let definition = try definition(of: deploy.service)
        return try await ComposeTarget.load(
            definition, of: deploy.service, environment: environment(deploy.id, definition))
    }

    package func check(_ wish: Wish, for service: Service) throws(Problem) { try wish.checkImage(for: service) }

    // MARK: - What there is

    package func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? {
        let target = try await target(deploy)
        let containers = try await containers(of: target.name, target.services)
        let written = try repository(deploy.service, target, containers)
        let current = containers.first.flatMap { try? ImageReference($0.imageReference).tag } ?? written.tag
        return try await host.candidates(written.untagged, current: current, for: deploy.service)
    }

    package func published(_ release: Release, _ deploy: Deploy) async throws(Problem) -> Timestamp? {
        try await host.published(release, for: deploy.service)
    }

    package func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
        let target = try await target(deploy)
        planned.remember(SeenFiles(target.project), for: deploy.id)
        let containers = try await containers(of: target.name, target.services)
        if case .previous = deploy.wish.target {
            let from = try await running(containers, besides: state.previous, deploy.service)
            guard let previous = state.previous else {
                return Plan(from: from, to: nil, reason: "there is no release before the current one")
            }
            return Plan(from: from, to: previous)
        }
        if containers.isEmpty, [.poll, .webhook].contains(deploy.trigger.kind) {
            return Plan(
                from: nil, to: nil,
                reason:
                    "the project \"\(target.name)\" has no container of \(target.services.joined(separator: ", ")): it is "
                    + "down, or was never up; grapnel deploy \(deploy.service.name) brings it up")
        }
        let written = try repository(deploy.service, target, containers)
        let wanted = try deploy.wish.image(of: written, chosen: chosen) { () throws(Problem) in
            if deploy.service.track == nil { try target.requireOneTag() }
            return try deploy.service.followed(written)
        }
        let digest = try await host.resolve(wanted, for: deploy.service)
        let to = Release.image(reference: wanted.withoutDigest.familiar, digest: digest)
        return Plan(from: try await running(containers, besides: to, deploy.service), to: to)
    }

    /// The settings' repository, and the file's where they name none; with the tag that the file names. Where the file
    /// does not say it and need not be edited, what runs says it.
    private func repository(
        _ service: Service, _ target: ComposeTarget, _ containers: [HostedContainer]
    ) throws(Problem) -> ImageReference {
        do throws(Problem) {
            let written = try target.writtenImage().withoutDigest
            guard let own = service.image else { return written }
            return own.tag == nil && own.repository == written.repository ? written : own
        } catch {
            let running = containers.first.flatMap { try? ImageReference($0.imageReference) }
            guard try definition(of: service).pin == .override, let known = service.image ?? running?.withoutDigest
            else { throw error.at("services.\(service.name)") }
            return known
        }
    }

    /// What runs, or ran last. Of several releases side by side it is one that is not wanted: there is something to do.
    private func running(
        _ containers: [HostedContainer], besides wanted: Release?, _ service: Service
    ) async throws(Problem) -> Release? {
        let up = containers.filter(ComposeDriver.isUp)
        var first: Release?
        var seen: Set<String> = []
        for container in up.isEmpty ? containers : up where seen.insert(container.imageID).inserted {
            let release = try await host.release(of: container, for: service)
            guard release.isSame(as: wanted) else { return release }
            first = first ?? release
        }
        return first
    }

    /// The containers that compose has made for the services, and none of `docker compose run`.
    func containers(of project: String, _ services: [String]) async throws(Problem) -> [HostedContainer] {
        let all = try await host.containers(labelled: [(Label.project, project)])
        return all.filter { container in
            container.labels[Label.service].map { services.contains($0) } == true
                && container.labels[Label.isRun]?.lowercased() != "true"
        }
    }

    enum Label {
        static let project = "com.docker.compose.project"
        static let service = "com.docker.compose.service"
        static let isRun = "com.docker.compose.oneoff"
    }

    package func ended(_ deploy: DeployID) {
        watch.ended(deploy)
        planned.forget(deploy)
    }
}
