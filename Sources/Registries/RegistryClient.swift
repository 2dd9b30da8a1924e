import HTTPClient
import Lifecycle
package import Model

/// Asks registries what they have, as the settings say how to reach them and who to be.
package struct RegistryClient: ImageRegistries {
    private let servers: RegistryServers
    private let registries: [String: RegistryAccess]
    private let finder: CredentialFinder
    private let helpers: CredentialFinder.Helpers

    package init(
        _ servers: RegistryServers, registries: [String: RegistryAccess], credentials: CredentialFinder,
        helpers: @escaping CredentialFinder.Helpers = { _ in nil }
    ) {
        self.servers = servers
        self.registries = registries
        self.helpers = helpers
        finder = credentials
    }

    package func digest(of reference: ImageReference, for service: Service) async throws(Problem) -> Digest {
        if let digest = reference.digest { return digest }
        let tag = reference.tag ?? "latest"
        return try await ask(reference, service) { repository throws(Problem) in
            try await repository.digest(ofTag: tag)
        }
    }

    package func tags(of reference: ImageReference, for service: Service) async throws(Problem) -> [String] {
        try await ask(reference, service) { repository throws(Problem) in try await repository.tags() }
    }

    package func credentials(
        for reference: ImageReference, of service: Service
    ) async throws(Problem) -> FoundCredentials? {
        try await finder.find(for: reference, own: service.registry)
    }

    // MARK: - Times

    /// Each costs three requests where the registry does not tell when it was pushed.
    private static let mostTimes = 200

    package func times(
        of tags: [String], in reference: ImageReference, for service: Service
    ) async throws(Problem) -> [String: Timestamp] {
        if let known = try await pushed(in: reference, for: service) {
            let wanted = Set(tags)
            return known.filter { wanted.contains($0.key) }
        }
        guard tags.count <= RegistryClient.mostTimes else {
            throw Problem(
                .limit,
                "\(reference.untagged.familiar): the times of \(tags.count) tags would have to be asked one by one, expected "
                    + "\(RegistryClient.mostTimes) at most: choose among fewer")
        }
        var times: [String: Timestamp] = [:]
        let answers = await withTaskGroup(of: (String, Result<Timestamp?, Problem>).self) { group in
            for tag in tags { group.addTask { (tag, await time(ofTag: tag, in: reference, for: service)) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (tag, answer) in answers { times[tag] = try answer.get() }
        return times
    }

    private func time(
        ofTag tag: String, in reference: ImageReference, for service: Service
    ) async -> Result<Timestamp?, Problem> {
        do throws(Problem) {
            let tagged = try reference.tagged(tag)
            return .success(try await published(tagged, try await digest(of: tagged, for: service), for: service))
        } catch {
            // It was there a moment ago.
            return error.code == .notFound ? .success(nil) : .failure(error)
        }
    }

    /// When the image was made, as far as its maker says; reproducible builds do not.
    package func published(
        _ reference: ImageReference, _ digest: Digest, for service: Service
    ) async throws(Problem) -> Timestamp? {
        // What was true half a minute ago may be the age of another image.
        if let tag = reference.tag, let known = try await pushed(in: reference, for: service, anew: true) {
            return known[tag]
        }
        if let known = servers.created.time(of: digest) { return known }
        let made = try await ask(reference, service) { repository throws(Problem) in
            let manifest = try await repository.anyImage(digest, preferring: Platform.here)
            guard let configuration = manifest?.configuration else { return Timestamp?.none }
            let text = try await repository.configuration(configuration)["created"]?.string
            return text.flatMap { Timestamp(imageMade: $0) }
        }
        servers.created.keep(made, of: digest)
        return made
    }

    /// What a plugin knows of it; nil where there is none, or it cannot tell.
    private func pushed(
        in reference: ImageReference, for service: Service, anew: Bool = false
    ) async throws(Problem) -> [String: Timestamp]? {
        let access = access(to: reference, service)
        guard let use = access.plugin ?? RegistryClient.usualPlugin(reference.host), let helper = helpers(use) else {
            return nil
        }
        let server = serverAccess(access, at: reference.host)
        let found = try await credentials(for: reference, of: service)
        let key = PushTimes.Key(repository: reference.repository, plugin: use, credentials: found?.credentials)
        return try await servers.pushed.times(key, anew: anew) { () throws(Problem) in
            do throws(Problem) {
                return try await helper.pushed(
                    in: reference, at: "https://\(server.authority)", as: found?.credentials)
            } catch {
                throw error.at("\(reference.untagged.familiar): the times of pushes")
            }
        }
    }

    /// Those of which everybody knows that they tell the times of pushes, elsewhere than the registry's own interface does.
    private static func usualPlugin(_ host: String) -> PluginUse? {
        let name: String? =
            switch host {
            case ImageReference.dockerHub: "dockerhub"
            case "ghcr.io": "ghcr"
            default: nil
            }
        return name.map { name in
            let nowhere = Position(file: "", line: 0, column: 0)
            return PluginUse(
                plugin: name, options: LocatedValue(.object([]), at: nowhere), position: nowhere, place: "registries")
        }
    }

    // MARK: - Where to ask

    /// The mirrors in order, and the registry itself when none of them can help.
    private func ask<Answer: Sendable>(
        _ reference: ImageReference, _ service: Service, _ work: (Repository) async throws(Problem) -> Answer
    ) async throws(Problem) -> Answer {
        let access = access(to: reference, service)
        for mirror in access.mirrors {
            guard let repository = try await self.repository(reference, at: mirror, access, service) else { continue }
            do throws(Problem) {
                return try await work(repository)
            } catch {
                if error.code == .interrupted { throw error }
            }
        }
        let server = servers.server(reference.host, serverAccess(access, at: reference.host))
        while true {
            let found = try await credentials(for: reference, of: service)
            let repository = Repository(server: server, path: reference.path, credentials: found?.credentials)
            do throws(Problem) {
                return try await work(repository)
            } catch {
                guard error.code == .forbidden, finder.refused(found) else { throw error.at(reference.familiar) }
            }
        }
    }

    private func repository(
        _ reference: ImageReference, at mirror: String, _ access: RegistryAccess, _ service: Service
    ) async throws(Problem) -> Repository? {
        guard let address = WebAddress(mirror) else { return nil }
        let isUsual = address.port == (address.scheme == "https" ? 443 : 80)
        let host = address.host.contains(":") ? "[\(address.host)]" : address.host
        let authority = isUsual && address.scheme == "https" ? host : "\(host):\(address.port)"
        // A mirror that lies below a path has it in front of its repositories' names.
        let prefix = address.target.split(separator: "/").joined(separator: "/")
        let path = prefix.isEmpty ? reference.path : "\(prefix)/\(reference.path)"
        var own = RegistryServer.Access(authority: authority)
        own.mayBePlain = address.scheme == "http"
        own.tls.caFile = access.certificateAuthority
        guard let there = try? ImageReference("\(authority)/\(path)") else { return nil }
        return Repository(
            server: servers.server(authority, own), path: path,
            credentials: try await finder.find(for: there)?.credentials)
    }

    /// What the service says, and for the rest what the settings say of the registry.
    private func access(to reference: ImageReference, _ service: Service) -> RegistryAccess {
        let shared = RegistryName.best(of: registries.keys, for: reference).flatMap { registries[$0] }
        guard var access = service.registry else { return shared ?? RegistryAccess() }
        access.plugin = access.plugin ?? shared?.plugin
        if access.mirrors.isEmpty { access.mirrors = shared?.mirrors ?? [] }
        access.certificateAuthority = access.certificateAuthority ?? shared?.certificateAuthority
        if access.certificate == nil { (access.certificate, access.key) = (shared?.certificate, shared?.key) }
        access.isInsecure = access.isInsecure || shared?.isInsecure ?? false
        return access
    }

    private func serverAccess(_ access: RegistryAccess, at host: String) -> RegistryServer.Access {
        var result = RegistryServer.Access(
            authority: host == ImageReference.dockerHub ? "registry-1.docker.io" : host)
        result.tls.caFile = access.certificateAuthority
        result.tls.clientCertificate = access.certificate
        result.tls.clientKey = access.key
        let name = WebAddress("https://\(host)/")?.host ?? host
        result.mayBePlain = access.isInsecure || name == "localhost" || AddressBarrier.isLoopback(name)
        return result
    }
}
