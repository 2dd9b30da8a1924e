import Crypto
import Glibc
import Model
import Processes

/// Gives out tokens for a registry, as the Docker registry token authentication says: who shows the user and the password
/// gets one for all that he asks for, and nobody else.
package final class TokenServer: Sendable {
    private static let service = "test registry"
    private static let issuer = "test issuer"

    private let files: FileTree
    private let server: ScriptedServer
    /// Of the registry's settings.
    package let authorization: String
    /// What it was asked, a line each.
    package var requests: [String] { server.requests.map { String($0.prefix { $0 != "\r\n" }) } }

    private init(files: FileTree, certificate: String) {
        self.files = files
        server = ScriptedServer { peer in
            while let request = peer.request() {
                guard request.contains("\r\nAuthorization: Basic \(TokenServer.credentials)\r\n") else {
                    peer.answer(#"{"details": "incorrect username or password"}"#, status: "401 Unauthorized")
                    continue
                }
                let token = TokenServer.token(TokenServer.scopes(request), certificate, files)
                let answer: JSON = ["token": .string(token), "expires_in": 300]
                peer.answer(answer.text, headers: "Content-Type: application/json\r\n")
            }
        }
        authorization = """
            {token: {realm: "\(server.url)/token", service: "\(TokenServer.service)", issuer: "\(TokenServer.issuer)", \
            rootcertbundle: "\(files.path("cert.pem"))"}}
            """
    }

    package static func start() async throws -> TokenServer {
        let files = FileTree()
        let made = try await Process.run(
            ProcessSpec([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=issuer",
                "-keyout",
                files.path("key.pem"), "-out", files.path("cert.pem"),
            ]))
        guard made.succeeded else { throw Problem(.failed, "no certificate was made: \(made.errorsText)") }
        let lines = (files.read("cert.pem") ?? "").split(separator: "\n").filter { !$0.hasPrefix("-") }
        return TokenServer(files: files, certificate: lines.joined())
    }

    private static let credentials = Base64.standard.encode("\(TestRegistry.user):\(TestRegistry.password)".utf8)

    /// `scope=repository%3Aweb%3Apull%2Cpush`, perhaps several.
    private static func scopes(_ request: String) -> JSON {
        let query = request.prefix { $0 != "\r\n" }.split(separator: " ")[1].split(separator: "?").dropFirst()
        let words = query.first?.split(separator: "&").filter { $0.hasPrefix("scope=") } ?? []
        return .array(
            words.compactMap { word in
                let parts = word.dropFirst("scope=".count).replacing("%3A", with: ":").replacing("%2C", with: ",")
                    .replacing("%2F", with: "/").split(separator: ":")
                guard parts.count == 3 else { return nil }
                let actions = parts[2].split(separator: ",").map { JSON.string(String($0)) }
                return [
                    "type": .string(String(parts[0])), "name": .string(String(parts[1])), "actions": .array(actions),
                ]
            })
    }

    private static func token(_ access: JSON, _ certificate: String, _ files: FileTree) -> String {
        let now = Int64(time(nil))
        let header: JSON = ["typ": "JWT", "alg": "RS256", "x5c": [.string(certificate)]]
        let claims: JSON = [
            "iss": .string(issuer), "sub": .string(TestRegistry.user), "aud": .string(service),
            "exp": .integer(now + 300),
            "nbf": .integer(now - 60), "iat": .integer(now), "jti": .string("\(now)"), "access": access,
        ]
        let text = [header, claims].map { Base64.urlSafe.encode($0.text.utf8) }.joined(separator: ".")
        return text + "." + Base64.urlSafe.encode(signature(text, files))
    }

    /// On the thread of a connection, which may wait.
    private static func signature(_ text: String, _ files: FileTree) -> [UInt8] {
        let content = files.file("content-\(UInt64.random(in: .min ... .max))", text)
        guard let pipe = popen("openssl dgst -sha256 -sign '\(files.path("key.pem"))' '\(content)'", "re") else {
            return []
        }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = fread(&bytes, 1, bytes.count, pipe)
        pclose(pipe)
        return Array(bytes.prefix(count))
    }
}
