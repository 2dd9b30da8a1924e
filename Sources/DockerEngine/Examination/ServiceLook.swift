import Lifecycle
import Model

/// One service that is a container: can it be moved, and from where do its releases come?
struct ServiceLook: Sendable {
    private let service: Service
    private let engine: Engine
    private let registries: any ImageRegistries
    private let place: String

    init(_ service: Service, _ engine: Engine, _ registries: any ImageRegistries) {
        self.service = service
        self.engine = engine
        self.registries = registries
        place = "services.\(service.name)"
    }

    func findings() async -> [Finding] {
        guard case .container(let definition) = service.kind else { return [] }
        let container: Container?
        do throws(Problem) {
            let engine = engine
            container = try await TimeLimit.run { () async throws(Problem) -> Container? in
                try await engine.container(definition.container)
            }
        } catch {
            return [.bad("\(place): \(error)", "no deploy of \(service.name) can work")]
        }
        guard let container else {
            return [
                .bad(
                    "\(place): the engine at \(engine.address) has no container \"\(definition.container)\"",
                    "make it once, by docker run or docker create --name \(definition.container); it is moved from then on"
                )
            ] + (await releases(definition, service.image))
        }
        var findings = [state(of: container)]
        if let obstacle = obstacle(container) { findings.append(obstacle) }
        do throws(Problem) {
            let own: ImageReference?
            if let image = service.image { own = image } else { own = try container.followedImage }
            findings += named(own, container) + (await releases(definition, own))
        } catch {
            findings.append(.bad("\(place): \(error)", "name it by \(place).image"))
        }
        return findings
    }

    // MARK: - The container

    private func state(of container: Container) -> Finding {
        let name = container.name
        if container.isRestarting {
            return .warning(
                "\(place): the container \"\(name)\" ends and is restarted again and again", "docker logs \(name)")
        }
        if container.isPaused {
            return .warning("\(place): the container \"\(name)\" is paused", "docker unpause \(name)")
        }
        guard container.isRunning else {
            let isNew = container.json["State"]?["Status"] == "created"
            let how = isNew ? "was never started" : "does not run (it exited with \(container.exitCode))"
            return .warning(
                "\(place): the container \"\(name)\" \(how); what is stopped stays so in a deploy",
                "docker start \(name)")
        }
        if container.healthStatus == "unhealthy" {
            let output = container.healthOutput.map { ": \($0)" } ?? ""
            return .warning(
                "\(place): the container \"\(name)\" runs and is unhealthy\(output)",
                "docker inspect --format '{{json .State.Health}}' \(name)")
        }
        return .good("\(place): the container \"\(name)\" runs")
    }

    /// Why it cannot be moved.
    private func obstacle(_ container: Container) -> Finding? {
        let name = container.name
        if container.isRemovedAtStop {
            return .bad(
                "\(place): the container \"\(name)\" was made with --rm: once stopped it would be gone, so it is not moved",
                "make it anew without --rm")
        }
        if let owner = container.labels["com.docker.swarm.service.name"] {
            return .bad(
                "\(place): the container \"\(name)\" belongs to the Swarm service \(owner), which would make it anew",
                "driver: swarm, with swarm: { service: \(owner) }")
        }
        return nil
    }

    // MARK: - Its image

    /// Whether it is known what to follow.
    private func named(_ own: ImageReference?, _ container: Container) -> [Finding] {
        guard let own else {
            return [
                .bad(
                    "\(place): the container was made from \"\(container.imageReference)\", which says nothing about where "
                        + "to look for releases", "name the image: \(place).image")
            ]
        }
        guard service.image == nil, service.track == nil, own.tag == nil,
            (try? ImageReference(container.imageReference))?.digest != nil
        else { return [] }
        return [
            .warning(
                "\(place): the container was made from a digest without a tag, so that \(own.familiar):latest is followed",
                "name the tag: \(place).image: \(own.familiar):TAG")
        ]
    }

    private func releases(_ definition: ContainerDefinition, _ own: ImageReference?) async -> [Finding] {
        guard let own, let followed = followed(own) else { return [] }
        guard followed.digest == nil else {
            return [
                .warning(
                    "\(place): \(followed.familiar) is pinned by a digest: there is never another release",
                    "name a tag without a digest, unless that is meant")
            ]
        }
        guard definition.pull == .never else {
            return await RegistryLook(service, followed, engine, registries).findings()
        }
        do throws(Problem) {
            let engine = engine
            let image = try await TimeLimit.run { () async throws(Problem) -> Image? in try await engine.image(followed)
            }
            guard image != nil else {
                return [
                    .bad(
                        "\(place): the engine has no image \(followed.familiar), and \"pull: never\" says that it is built "
                            + "there", "build it, or take \"pull: never\" out")
                ]
            }
            return [.good("\(place): follows \(followed.familiar), which is built on this engine")]
        } catch {
            return [.bad("\(place): \(error)")]
        }
    }

    /// Nil where a plugin or a hook chooses the tag.
    private func followed(_ own: ImageReference) -> ImageReference? {
        switch service.track {
        case .tag(let tag)?: try? own.tagged(tag)
        case .plugin?: nil
        case nil: own.tag == nil ? try? own.tagged("latest") : own
        }
    }
}
