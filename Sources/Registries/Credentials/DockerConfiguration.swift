import Crypto
import Model

/// What `docker login` leaves: `config.json`.
struct DockerConfiguration: Sendable {
    let path: String
    private let content: JSON

    init(path: String, content: [UInt8]) throws(Problem) {
        self.path = path
        do throws(Problem) { self.content = try JSON(parsing: content) } catch { throw error.at(path) }
        for key in ["auths", "credHelpers"] {
            guard let value = self.content[key], !value.isNull else { continue }
            guard value.object != nil else { throw Problem(.invalid, "\(path): \(key): expected an object") }
        }
    }

    /// As docker does it: the helper for this registry, the helper for all, the file itself. What a helper does not
    /// know may still be in the file.
    func credentials(
        for reference: ImageReference, environment: [String: String]
    ) async throws(Problem) -> FoundCredentials? {
        if let found = try await fromHelper(for: reference, environment) { return found }
        let auths = content["auths"]?.object
        guard let key = RegistryName.best(of: auths?.pairs.map(\.key) ?? [], for: reference),
            let found = try written(auths?[key] ?? .null, key, reference.host)
        else { return nil }
        return FoundCredentials(credentials: found, origin: .file(path, key: key))
    }

    private func fromHelper(
        for reference: ImageReference, _ environment: [String: String]
    ) async throws(Problem) -> FoundCredentials? {
        let helpers = content["credHelpers"]?.object
        let key = RegistryName.best(of: helpers?.pairs.map(\.key) ?? [], for: reference)
        guard let name = key.flatMap({ helpers?[$0]?.string }) ?? content["credsStore"]?.string, !name.isEmpty else {
            return nil
        }
        do throws(Problem) {
            let helper = CredentialHelper(name: name, environment: environment)
            let found = try await helper.credentials(
                for: RegistryCredentials.server(of: reference.host), host: reference.host)
            return found.map { FoundCredentials(credentials: $0, origin: .helper(name, file: path)) }
        } catch {
            throw error.at(path)
        }
    }

    /// Nil for an entry that says nothing, as one has that is kept by a helper.
    private func written(_ entry: JSON, _ key: String, _ host: String) throws(Problem) -> RegistryCredentials? {
        func text(_ name: String) -> String? { entry[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        if let token = text("identitytoken") { return RegistryCredentials(host: host, .identityToken(Secret(token))) }
        if let token = text("registrytoken") { return RegistryCredentials(host: host, .registryToken(Secret(token))) }
        if let both = text("auth") {
            let parts = Base64.standard.decode(both).map { bytes in
                String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
                    .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            }
            guard let parts, parts.count == 2, !parts[0].isEmpty else {
                throw Problem(.invalid, "\(path): auths.\"\(key)\".auth: expected user:password in base64")
            }
            return RegistryCredentials(host: host, user: String(parts[0]), password: Secret(String(parts[1])))
        }
        guard let user = text("username"), let password = text("password") else { return nil }
        return RegistryCredentials(host: host, user: user, password: Secret(password))
    }
}
