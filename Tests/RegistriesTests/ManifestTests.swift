import Model
import Testing

@testable import Registries

struct ManifestTests {
    private func digest(_ letter: Character) -> String { "sha256:" + String(repeating: letter, count: 64) }

    private func entry(
        _ letter: Character, _ system: String, _ architecture: String, _ variant: String? = nil,
        type: String = MediaType.manifest
    ) -> JSON {
        [
            "mediaType": .string(type), "digest": .string(digest(letter)),
            "platform": ["os": .string(system), "architecture": .string(architecture), "variant": JSON(variant)],
        ]
    }

    private func best(_ entries: [JSON], _ platform: Platform) throws -> String? {
        let index: JSON = ["schemaVersion": 2, "manifests": .array(entries)]
        let children = try #require(try Manifest(Array(index.text.utf8)).children)
        return Manifest.best(of: children, for: platform)?.digest.description
    }

    @Test("Of an index the image for the platform is taken, its own variant first")
    func platforms() throws {
        let entries = [
            entry("a", "linux", "arm", "v6"), entry("b", "linux", "arm", "v7"), entry("c", "linux", "arm64", "v8"),
            entry("d", "linux", "amd64"), entry("e", "windows", "amd64"),
        ]
        #expect(try best(entries, Platform(system: "linux", architecture: "amd64")) == digest("d"))
        #expect(try best(entries, Platform(system: "linux", architecture: "arm", variant: "v7")) == digest("b"))
        #expect(try best(entries, Platform(system: "linux", architecture: "arm64")) == digest("c"))
        #expect(try best(entries, Platform(system: "linux", architecture: "s390x")) == nil)
        #expect(try best(entries, Platform(system: "linux", architecture: "arm", variant: "v5")) == nil)
    }

    @Test("What a builder says about an image is not taken for one: trap 11")
    func attestations() throws {
        var attestation = entry("b", "linux", "amd64").object ?? JSON.Members()
        attestation["annotations"] = ["vnd.docker.reference.type": "attestation-manifest"]
        let entries = [entry("a", "unknown", "unknown"), .object(attestation), entry("c", "linux", "amd64")]
        #expect(try best(entries, Platform(system: "linux", architecture: "amd64")) == digest("c"))
        #expect(try best(entries, Platform(system: "unknown", architecture: "unknown")) == nil)
    }

    @Test("What is no manifest is refused")
    func strange() {
        for text in ["", "[]", "{}", #"{"schemaVersion": 1, "fsLayers": []}"#, "<html>"] {
            #expect(throws: Problem.self, "\(text)") { try Manifest(Array(text.utf8)) }
        }
    }
}
