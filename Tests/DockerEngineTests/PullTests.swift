import Crypto
import DockerEngine
import HTTPClient
import Lifecycle
import Model
import TestKit
import Testing

struct PullTests {
    /// With layers that no engine has: one that it has already would not be fetched.
    private func publish(_ name: String, filling: Int = 3 << 20) async throws -> ImageReference {
        let registry = try await TestRegistry.shared()
        let digest = try await registry.publish(.web(name).with { $0.filling = filling }, as: name)
        return try ImageReference("\(registry.host)/\(name)").pinned(to: digest)
    }

    @Test("An image is pulled by its digest, and found by it afterwards", arguments: TestEngine.stores)
    func pull(version: String) async throws {
        let engine = try await engine(version)
        let reference = try await publish("pulled-\(version):1")
        let parts = Recorded<LayerProgress>()
        let image = try await engine.pull(reference) { parts.append($0) }
        #expect(image.digests(in: reference) == [reference.digest])
        #expect(try await engine.image(reference)?.id == image.id)
        // The tag of the reference was not asked for, and may be another image by now.
        #expect(image.tags.isEmpty)
        // With containerd's store the engine looks ten times a second, and tells nothing of what was quicker.
        if version != "26.1-containerd" {
            #expect(parts.all.contains { $0.total > 3 << 20 && $0.done == $0.total })
        }
        #expect(parts.all.allSatisfy { 0...$0.total ~= $0.done })
        let last = Dictionary(parts.all.map { ($0.layer, $0.state) }) { $1 }
        #expect(!last.isEmpty && last.values.allSatisfy { $0 == .done || $0 == .present })
    }

    @Test("An image that is here already needs no registry", arguments: TestEngine.stores)
    func again(version: String) async throws {
        let registry = try await TestRegistry.start()
        let digest = try await registry.publish(.web("again"), as: "again:1")
        let reference = try ImageReference("\(registry.host)/again:1").pinned(to: digest)
        let engine = try await engine(version)
        let image = try await engine.pull(reference)
        await registry.stop()
        #expect(try await engine.pull(reference) == image)
        #expect(try await engine.resolve(reference) == digest)
    }

    @Test("A digest that the registry does not have is not found", arguments: TestEngine.stores)
    func notFound(version: String) async throws {
        let reference = try await publish("absent-\(version):1", filling: 0)
        let other = reference.pinned(to: try Digest("sha256:" + String(repeating: "c", count: 64)))
        let refusal = await problem { _ = try await engine(version).pull(other) }
        #expect(refusal?.code == .notFound)
        #expect(refusal?.message == "\(other.familiar): the registry \(other.host) does not have it")
    }

    @Test("A layer that the registry has lost is a failure, whatever the answer's status", arguments: TestEngine.stores)
    func lostLayer(version: String) async throws {
        let registry = try await TestRegistry.shared()
        let reference = try await publish("lost-\(version):1")
        var request = HTTPRequest(
            url: "http://\(registry.host)/v2/lost-\(version)/manifests/\(try #require(reference.digest))")
        request.headers = [("Accept", "application/vnd.docker.distribution.manifest.v2+json")]
        let manifest = try JSON(parsing: try await client.send(request).body)
        let layer = try #require(manifest["layers"]?.array?.last?["digest"]?.string)
        registry.lose(try Digest(layer))
        let refusal = await problem { _ = try await engine(version).pull(reference) }
        #expect(refusal != nil)
        #expect(refusal?.code != .unreachable, "\(refusal?.description ?? "")")
        #expect(try await engine(version).image(reference) == nil)
    }

    @Test("A registry that goes silent in a layer fails the pull", arguments: TestEngine.versions)
    func stalled(version: String) async throws {
        let word = Moves.word()
        @Sendable func named(_ content: String) -> String {
            "sha256:" + Hex.encode(Hash.sha256.digest(of: Array(content.utf8)))
        }
        let layer = "sha256:" + String(repeating: "a", count: 64)
        let configuration =
            #"{"architecture":"amd64","os":"linux","config":{"Labels":{"is":"\#(word)"}},"#
            + #""rootfs":{"type":"layers","diff_ids":["sha256:\#(String(repeating: "b", count: 64))"]}}"#
        let type = "application/vnd.docker.distribution.manifest.v2+json"
        let manifest =
            #"{"schemaVersion":2,"mediaType":"\#(type)","config":"#
            + #"{"mediaType":"application/vnd.docker.container.image.v1+json","size":\#(configuration.utf8.count),"#
            + #""digest":"\#(named(configuration))"},"layers":[{"mediaType":"#
            + #""application/vnd.docker.image.rootfs.diff.tar.gzip","size":1000000,"digest":"\#(layer)"}]}"#
        let server = ScriptedServer { peer in
            while let request = peer.request() {
                if request.contains("/manifests/") {
                    peer.answer(manifest, headers: "Content-Type: \(type)\r\n")
                } else if request.contains("/blobs/\(named(configuration))") {
                    peer.answer(configuration)
                } else if request.contains("/blobs/\(layer)") {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbeginning")
                    return peer.waitForEnd()
                } else {
                    peer.answer("{}")
                }
            }
        }
        let reference = try ImageReference("127.0.0.1:\(server.port)/stalled:1").pinned(to: try Digest(named(manifest)))
        let refusal = await problem { _ = try await engine(version).pull(reference, silence: .seconds(2)) }
        #expect(refusal?.code == .timeout, "\(refusal?.description ?? "")")
        #expect(refusal?.description.contains("nothing came for 2 s") == true, "\(refusal?.description ?? "")")
        #expect(server.requests.contains { $0.contains(layer) })
    }

    @Test("Only what is pinned by a digest is pulled")
    func unpinned() async throws {
        let imitated = ImitatedEngine { _ in nil }
        let refusal = await problem { _ = try await imitated.engine.pull(ImageReference("web:1")) }
        #expect(refusal == Problem(.invalid, "\"web:1\" is not pinned by a digest, so it is not pulled"))
        #expect(imitated.server.connections == 0)
    }

    /// An engine that says this while it pulls, and never has the image.
    private func pulling(_ report: String) async throws -> Problem? {
        let imitated = ImitatedEngine { line in line.contains("/images/create") ? report : nil }
        let digest = try Digest("sha256:" + String(repeating: "d", count: 64))
        let reference = try ImageReference("registry.example/web").pinned(to: digest)
        return await problem { _ = try await imitated.engine.pull(reference) }
    }

    @Test("An error in the report of a pull is its failure, with the code that its words have")
    func errorInReport() async throws {
        let start = #"{"status": "Pulling from web", "id": "1"}"# + "\r\n"
        let full = try await pulling(
            start
                + #"{"errorDetail": {"message": "write /x: no space left on device"}, "error": "write /x: no space left on device"}"#
                + "\r\n")
        #expect(full?.code == .failed)
        #expect(full?.cause?.message == "the engine: write /x: no space left on device")
        #expect(try await pulling(start + #"{"error": "unauthorized: no"}"#)?.code == .forbidden)
        #expect(try await pulling(start + #"{"error": "Get \"x\": dial tcp: i/o timeout"}"#)?.code == .unreachable)
        #expect(try await pulling(start + #"{"error": "manifest unknown"}"#)?.code == .notFound)
    }

    @Test("A report that is no report is a failure: cut off, without end, or of an image that is not there then")
    func badReports() async throws {
        #expect(try await pulling(#"{"status": "Pul"#)?.code == .invalid)
        #expect(try await pulling(String(repeating: "x", count: 300 << 10))?.code == .limit)
        #expect(try await pulling(#"{"status": "Status: Downloaded newer image"}"# + "\n") != nil)
    }
}
