import Model
import Processes

/// A program `docker-credential-NAME`, which keeps passwords where the system has a place for them.
struct CredentialHelper: Sendable {
    let name: String
    let environment: [String: String]

    static let timeout = Duration.seconds(30)

    /// What `get` of the helper has for the registry; nil when it has nothing.
    ///
    /// Nothing that it writes is shown: it is made of secrets.
    func credentials(for server: String, host: String) async throws(Problem) -> RegistryCredentials? {
        let program = "docker-credential-\(name)"
        guard !name.isEmpty, name.utf8.allSatisfy({ Self.isPlain($0) }) else {
            throw Problem(.invalid, "\"\(name)\" is not the name of a credential helper, expected for example \"pass\"")
        }
        var spec = ProcessSpec([program, "get"])
        spec.environment = environment.filter { Self.passesOn($0.key) }
        spec.directory = "/"
        spec.input = Array(server.utf8)
        spec.timeout = CredentialHelper.timeout
        spec.grace = .seconds(1)
        let result: ProcessResult
        do throws(Problem) { result = try await Process.run(spec) } catch { throw error.at("the helper for \(host)") }
        guard result.succeeded else {
            // It is the protocol's word for it, on either stream.
            if (result.outputText + result.errorsText).contains("credentials not found") { return nil }
            if result.ending == .cancelled { throw Problem(.interrupted, "\(program) for \(host): it was interrupted") }
            throw Problem(
                .failed, "\(program) for \(host): it \(result.ending.sentence(timeout: CredentialHelper.timeout))")
        }
        guard result.outputDropped == 0, let answer = try? JSON(parsing: result.output),
            let user = answer["Username"]?.string, let secret = answer["Secret"]?.string, !secret.isEmpty
        else {
            throw Problem(.invalid, "\(program) for \(host): its answer has no user and secret")
        }
        return RegistryCredentials(
            host: host, user == "<token>" ? .identityToken(Secret(secret)) : .password(user: user, Secret(secret)))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-_.".utf8.contains(byte)
    }

    /// The agent's own secrets are none of the helper's business; what clouds and key rings are found by is.
    private static func passesOn(_ name: String) -> Bool {
        let names: Set = [
            "PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "DOCKER_CONFIG", "GNUPGHOME",
            "DBUS_SESSION_BUS_ADDRESS", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY",
            "NO_PROXY",
        ]
        let families = ["AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "PASSWORD_STORE_", "XDG_", "SSL_CERT_"]
        return names.contains(name) || families.contains { name.hasPrefix($0) }
    }
}
