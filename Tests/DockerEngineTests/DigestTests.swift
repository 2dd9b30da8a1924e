import Crypto
import DockerEngine
import HTTPClient
import Model
import TestKit
import Testing

/// Which digest an image has, where it has several, one, or none.
struct DigestTests {
    @Test("Of several digests the one of the asked repository counts: trap 10", arguments: TestEngine.versions)
    func severalRepositories(version: String) async throws {
        let (first, second) = (try await TestRegistry.shared(), try await TestRegistry.start())
        let machine = try await TestEngine.shared(version)
        let other = try await second.publish(.web("other"), as: "several:1")
        let digest = try await first.publish(.web("several \(version)"), as: "zzz/several:1")
        let reference = try ImageReference("\(first.host)/zzz/several:1").pinned(to: digest)
        let engine = try await engine(version)
        let image = try await engine.pull(reference)
        // The same image in two more repositories.
        for name in ["\(first.host)/aaa/several:1", "\(second.host)/several:1"] {
            try await engine.tag(image.id, as: ImageReference(name))
            try await machine.docker("push", name)
        }
        let found = try #require(try await engine.image(reference))
        #expect(found.repositoryDigests.count == 3)
        #expect(found.digest(in: reference) == digest)
        #expect(found.digests(in: try ImageReference("\(second.host)/several")) == [digest])
        #expect(found.digests(in: try ImageReference("\(second.host)/nowhere")) == [found.id])
        #expect(other != digest)
    }

    @Test("An image that was built here is told by its id", arguments: TestEngine.stores)
    func builtHere(version: String) async throws {
        try await TestEngine.shared(version).build(.web("home-made"), as: "home-made:1")
        let image = try #require(try await engine(version).image(ImageReference("home-made:1")))
        #expect(image.digest(in: try ImageReference("home-made")) == image.id)
    }

    @Test("With containerd's store an image's id is the digest of its manifest: trap 12")
    func containerdStore() async throws {
        let registry = try await TestRegistry.shared()
        let digest = try await registry.publish(.web("stored"), as: "stored:1")
        let reference = try ImageReference("\(registry.host)/stored:1").pinned(to: digest)
        let image = try await engine("26.1-containerd").pull(reference)
        #expect(image.id == digest)
        #expect(image.digest(in: reference) == digest)
        #expect(try await engine("26.1").pull(reference).id != digest)
    }

    @Test(
        "An index with an attestation in it is one release, by the index's digest: trap 11",
        arguments: TestEngine.stores)
    func index(version: String) async throws {
        let registry = try await TestRegistry.shared()
        let name = "indexed-\(version)"
        let manifest = try await registry.publish(.web("indexed \(version)"), as: "\(name):manifest")
        let index = try await publishIndex(of: manifest, in: name, at: registry.host)
        let reference = try ImageReference("\(registry.host)/\(name):index")
        let engine = try await engine(version)
        #expect(try await engine.resolve(reference) == index)
        let image = try await engine.pull(reference.pinned(to: index))
        #expect(image.digest(in: reference, preferring: index) == index)
        // Whoever pulled the manifest itself has the same image under both digests.
        let again = try await engine.pull(reference.pinned(to: manifest))
        if again.id == image.id {
            #expect(Set(again.digests(in: reference)) == [index, manifest])
            #expect(again.digest(in: reference, preferring: index) == index)
            #expect(again.digest(in: reference, preferring: manifest) == manifest)
        } else {
            #expect(version == "26.1-containerd")
            #expect(again.digest(in: reference) == manifest)
        }
    }

    /// An OCI index of the manifest, of an attestation (platform unknown/unknown) and of an index within.
    private func publishIndex(of manifest: Digest, in name: String, at host: String) async throws -> Digest {
        let base = "http://\(host)/v2/\(name)"
        let image = "application/vnd.docker.distribution.manifest.v2+json"
        let (indexType, attestationType) =
            ("application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json")
        func put(_ json: JSON, _ type: String, tag: String?) async throws -> (Digest, Int) {
            let bytes = Array(json.text.utf8)
            let digest = try Digest("sha256:" + Hex.encode(Hash.sha256.digest(of: bytes)))
            let request = HTTPRequest(
                method: "PUT", url: "\(base)/manifests/\(tag ?? digest.description)", headers: [("Content-Type", type)],
                body: bytes)
            let answer = try await client.send(request)
            #expect(answer.status == 201, "\(answer.text)")
            return (digest, bytes.count)
        }
        let got = try await client.send(
            HTTPRequest(url: "\(base)/manifests/\(manifest)", headers: [("Accept", image)]))
        let configuration = try JSON(parsing: got.body)["config"] ?? .null
        let size = got.body.count

        let attestation: JSON = [
            "schemaVersion": 2, "mediaType": .string(attestationType), "config": configuration, "layers": [],
        ]
        let (attested, attestedSize) = try await put(attestation, attestationType, tag: nil)
        func entry(_ digest: Digest, _ size: Int, _ type: String, _ os: String, _ architecture: String) -> JSON {
            [
                "mediaType": .string(type), "digest": .string(digest.description), "size": .integer(Int64(size)),
                "platform": ["os": .string(os), "architecture": .string(architecture)],
            ]
        }
        let platform = try await engine("20.10").version()
        let main = entry(manifest, size, image, platform.os, platform.architecture)
        let inner: JSON = ["schemaVersion": 2, "mediaType": .string(indexType), "manifests": [main]]
        let (nested, nestedSize) = try await put(inner, indexType, tag: nil)
        let outer: JSON = [
            "schemaVersion": 2, "mediaType": .string(indexType),
            "manifests": [
                entry(attested, attestedSize, attestationType, "unknown", "unknown"), main,
                entry(nested, nestedSize, indexType, "plan9", "vax"),
            ],
        ]
        return try await put(outer, indexType, tag: "index").0
    }
}
