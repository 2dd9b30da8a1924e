import HTTPClient
import Model

/// One repository of one registry, or of a mirror of it, and who we are there.
struct Repository: Sendable {
    let server: RegistryServer
    /// As the server knows it.
    let path: String
    let credentials: RegistryCredentials?

    private static let mostPages = 1_000
    private static let mostTags = 200_000
    /// Some registries give all tags at once, with all that they know of them.
    private static let largestPage = 32 << 20

    private func request(_ what: String) -> RegistryRequest {
        RegistryRequest(target: "/v2/\(path)/\(what)", scope: "repository:\(path):pull", credentials: credentials)
    }

    private func refusal(_ response: HTTPResponse) -> Problem {
        Refusal.problem(response, from: server.host, as: credentials)
    }

    // MARK: - Digests

    /// What the tag stands for now.
    func digest(ofTag tag: String) async throws(Problem) -> Digest {
        var look = request("manifests/\(tag)")
        look.method = "HEAD"
        look.accept = MediaType.manifests
        let response = try await server.send(look)
        if response.status == 200, let digest = try named(response) { return digest }
        // Some registries know no HEAD, or leave the digest out.
        guard [200, 400, 404, 405, 501].contains(response.status) else { throw refusal(response) }
        return try await manifest(tag).digest
    }

    /// By tag or digest. What comes is what its digest names.
    func manifest(_ name: String) async throws(Problem) -> (digest: Digest, body: [UInt8]) {
        var look = request("manifests/\(name)")
        look.accept = MediaType.manifests
        let response = try await server.send(look)
        guard response.status == 200 else { throw refusal(response) }
        let said = try named(response)
        // A page for people, of a captive portal or a proxy, has a digest too.
        guard (try? JSON(parsing: response.body))?["schemaVersion"]?.integer != nil else {
            throw Problem(.invalid, "what the registry \(server.host) sends as \(name) is no manifest")
        }
        guard let digest = said ?? Digest.of(response.body) else {
            throw Problem(.invalid, "the registry \(server.host) answers without a digest")
        }
        let wanted = (try? Digest(name)) ?? digest
        guard wanted == digest, digest.names(response.body) else {
            throw Problem(
                .invalid,
                "the registry \(server.host) says that \(name) is \(digest.short), and what it sends is not")
        }
        return (digest, response.body)
    }

    /// Nil when the answer does not name it.
    private func named(_ response: HTTPResponse) throws(Problem) -> Digest? {
        guard !MediaType.isAncient(MediaType.plain(response.headers["Content-Type"])) else {
            throw Problem(
                .unsupported, "the registry \(server.host) has it as a manifest of version 1 only: push it anew")
        }
        guard let text = response.headers["Docker-Content-Digest"], !text.isEmpty else { return nil }
        do throws(Problem) { return try Digest(text) } catch { throw error.at("the registry \(server.host)") }
    }

    // MARK: - Tags

    func tags() async throws(Problem) -> [String] {
        var tags: [String] = []
        var next = request("tags/list?n=1000")
        var seen: Set<String> = []
        next.maximumBytes = Repository.largestPage
        while seen.insert(next.target).inserted {
            let response = try await server.send(next)
            guard response.status == 200 else { throw refusal(response) }
            let page: JSON
            do throws(Problem) { page = try JSON(parsing: response.body) } catch {
                throw error.at("the tags of \(path) at \(server.host)")
            }
            // Some have null for a repository without any.
            guard let list = page["tags"], list.array != nil || list.isNull else {
                throw Problem(.invalid, "the registry \(server.host) answers without the tags of \(path)")
            }
            tags += (list.array ?? []).compactMap(\.string).filter { ImageReference.isTag($0[...]) }
            // Whatever host it names, behind a proxy often the wrong one, it can only mean this one.
            guard let link = NextPage.target(in: response.headers.all("Link")),
                let target = WebAddress("https://\(server.access.authority)\(next.target)")?.resolving(link)?.target
            else { return tags }
            next.target = target
            guard seen.count < Repository.mostPages, tags.count <= Repository.mostTags else {
                throw Problem(
                    .limit,
                    "\(path) at \(server.host) has more than \(Repository.mostTags) tags, or \(Repository.mostPages) "
                        + "pages of them")
            }
        }
        throw Problem(.invalid, "the registry \(server.host) gives the pages of tags of \(path) in a circle")
    }

    // MARK: - One image

    private static let deepestIndex = 3

    /// The image of an index that runs on the platform, or any of them; for what is no index, itself. Nil for an index of
    /// nothing.
    func anyImage(
        _ digest: Digest, preferring platform: Platform, depth: Int = 1
    ) async throws(Problem) -> Manifest? {
        let manifest = try Manifest(try await manifest(digest.description).body)
        guard let children = manifest.children else { return manifest }
        if let child = Manifest.best(of: children, for: platform) ?? children.first(where: { $0.isImage }) {
            return try Manifest(try await self.manifest(child.digest.description).body)
        }
        guard depth < Repository.deepestIndex else { return nil }
        for child in children where child.isIndex {
            if let found = try await anyImage(child.digest, preferring: platform, depth: depth + 1) { return found }
        }
        return nil
    }

    /// What the image's own description says; it was chosen by the image's digest.
    func configuration(_ digest: Digest) async throws(Problem) -> JSON {
        let response = try await server.send(request("blobs/\(digest)"))
        guard response.status == 200 else { throw refusal(response) }
        guard digest.names(response.body) else {
            throw Problem(.invalid, "what the registry \(server.host) sends as \(digest.short) is something else")
        }
        return try JSON(parsing: response.body)
    }
}
