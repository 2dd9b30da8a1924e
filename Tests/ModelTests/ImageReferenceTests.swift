import Model
import Testing

struct ImageReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)

    @Test(arguments: [
        ("nginx", "docker.io", "library/nginx", nil, "nginx"),
        ("nginx:1.25", "docker.io", "library/nginx", "1.25", "nginx:1.25"),
        ("me/web", "docker.io", "me/web", nil, "me/web"),
        ("docker.io/nginx", "docker.io", "library/nginx", nil, "nginx"),
        ("index.docker.io/me/web:x", "docker.io", "me/web", "x", "me/web:x"),
        ("registry-1.docker.io/library/redis", "docker.io", "library/redis", nil, "redis"),
        ("ghcr.io/me/web:2.1", "ghcr.io", "me/web", "2.1", "ghcr.io/me/web:2.1"),
        // The first colon is a port's, not a tag's.
        ("host:5000/app", "host:5000", "app", nil, "host:5000/app"),
        ("localhost:5000/a/b/c:t", "localhost:5000", "a/b/c", "t", "localhost:5000/a/b/c:t"),
        ("localhost/app", "localhost", "app", nil, "localhost/app"),
        ("[::1]:5000/app:1", "[::1]:5000", "app", "1", "[::1]:5000/app:1"),
        ("Host/app", "Host", "app", nil, "Host/app"),
        ("me/we__b-x--y.z", "docker.io", "me/we__b-x--y.z", nil, "me/we__b-x--y.z"),
    ])
    func isCompleted(text: String, host: String, path: String, tag: String?, familiar: String) throws {
        let reference = try ImageReference(text)
        #expect(reference.host == host)
        #expect(reference.path == path)
        #expect(reference.tag == tag)
        #expect(reference.familiar == familiar)
        #expect(try ImageReference(reference.description) == reference)
        #expect(try ImageReference(reference.familiar) == reference)
    }

    @Test func keepsTagAndDigest() throws {
        let reference = try ImageReference("ghcr.io/me/web:2.1@\(Self.digest)")
        #expect(reference.tag == "2.1")
        #expect(reference.digest?.description == Self.digest)
        #expect(reference.description == "ghcr.io/me/web:2.1@\(Self.digest)")
        #expect(reference.untagged.description == "ghcr.io/me/web")
        #expect(try reference.tagged("3").description == "ghcr.io/me/web:3")
        #expect(try ImageReference("nginx").pinned(to: Digest(Self.digest)).familiar == "nginx@\(Self.digest)")
    }

    @Test(arguments: [
        ("", "it names no repository"),
        (":tag", "it names no repository"),
        ("me/Web", "the repository is not in lower case"),
        ("web:", "\"\" is not a tag"),
        ("web:-x", "\"-x\" is not a tag"),
        ("web:a b", "\"a b\" is not a tag"),
        ("web:\(String(repeating: "x", count: 129))", "\"\(String(repeating: "x", count: 129))\" is not a tag"),
        ("web@sha256:abc", "what follows \"@\" is not a digest"),
        ("web@\(Self.digest.uppercased())", "what follows \"@\" is not a digest"),
        ("web@md5:abc", "what follows \"@\" is not a digest"),
        ("me//web", "\"me//web\" is not a repository's name"),
        ("/web", "\"/web\" is not a repository's name"),
        ("me/web/", "\"me/web/\" is not a repository's name"),
        ("me/.web", "\"me/.web\" is not a repository's name"),
        ("me/we..b", "\"me/we..b\" is not a repository's name"),
        ("me/we___b", "\"me/we___b\" is not a repository's name"),
        ("https://ghcr.io/me/web", "\"https:\" is not a host"),
        ("ghcr.io:99999/me/web", "\"ghcr.io:99999\" is not a host"),
        ("-x.io/web", "\"-x.io\" is not a host"),
        ("ghcr.io/web\u{301}", "\"web\u{301}\" is not a repository's name"),
        (String(repeating: "0a", count: 32), "it is an image's id"),
        ("a/" + String(repeating: "b", count: 250), "the repository's name is too long"),
    ])
    func isRefusedWithTheReason(text: String, reason: String) {
        let message = "\"\(text)\" is not an image reference: \(reason), expected for example \"ghcr.io/me/web:2.1\""
        #expect(throws: Problem(.invalid, message)) { try ImageReference(text) }
    }

    @Test func aDigestSaysWhatItExpects() {
        #expect(
            throws: Problem(
                .invalid, "\"sha256:1\" is not a digest, expected \"sha256:\" and 64 hexadecimal digits in lower case")
        ) { try Digest("sha256:1") }
    }
}
