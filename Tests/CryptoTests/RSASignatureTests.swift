import Crypto
import Model
import Processes
import TestKit
import Testing

struct RSASignatureTests {
    private let files = FileTree()

    private func openssl(_ words: String...) async throws -> ProcessResult {
        try await Process.run(ProcessSpec(["openssl"] + words))
    }

    @Test("what is signed is good in the eyes of openssl, and nothing else is")
    func signs() async throws {
        let (key, open) = (files.path("key.pem"), files.path("public.pem"))
        #expect(try await openssl("genrsa", "-out", key, "2048").succeeded)
        #expect(try await openssl("rsa", "-in", key, "-pubout", "-out", open).succeeded)
        let message = Array("header.claims".utf8)
        let signature = try RSASignature.sign(message, key: FileTree.bytes(at: key))
        files.file("signature", signature, mode: 0o600)
        for (text, isGood) in [("header.claims", true), ("header.claimz", false)] {
            let path = files.file("message", text)
            let check = try await openssl(
                "dgst", "-sha256", "-verify", open, "-signature", files.path("signature"), path)
            #expect(check.succeeded == isGood, "\(text): \(check.outputText)")
        }
    }

    @Test("what is no RSA key says so, and shows nothing of itself")
    func refuses() async throws {
        let curve = files.path("curve.pem")
        #expect(try await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", curve).succeeded)
        let locked = files.path("locked.pem")
        #expect(try await openssl("genrsa", "-aes128", "-passout", "pass:secret", "-out", locked, "2048").succeeded)
        for path in [curve, locked] {
            #expect(throws: Problem.self, "\(path)") { try RSASignature.sign([1], key: FileTree.bytes(at: path)) }
        }
        for text in ["", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            do {
                _ = try RSASignature.sign([1], key: Array(text.utf8))
                Issue.record("\(text) was taken for a key")
            } catch {
                #expect(text.isEmpty || !error.description.contains(text))
            }
        }
    }
}
