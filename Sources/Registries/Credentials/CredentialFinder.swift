import Files
import Glibc
package import Lifecycle
package import Model
import Processes

/// Finds out who to be at a registry: what the service says, then the settings, then what `docker login` has left. A password
/// in the settings comes before a plugin that stands beside it.
package struct CredentialFinder: Sendable {
    /// What a use of a plugin in the settings stands for; nil for one that there is not.
    package typealias Helpers = @Sendable (PluginUse) -> (any RegistryHelper)?

    private let registries: [String: RegistryAccess]
    private let configuration: String?
    private let environment: [String: String]
    private let helpers: Helpers
    private let loans: Loans

    /// More than a login for every registry that there is.
    private static let largestFile = 1 << 20

    /// `registries` and `dockerConfig` are those of the settings.
    package init(
        registries: [String: RegistryAccess], dockerConfig: String?, environment: [String: String],
        loans: Loans = Loans(), helpers: @escaping Helpers = { _ in nil }
    ) {
        self.registries = registries
        self.helpers = helpers
        self.loans = loans
        configuration = dockerConfig
        self.environment = environment
    }

    /// Nil for a registry that nothing is known of. `own` is what the service itself has.
    package func find(
        for reference: ImageReference, own: RegistryAccess? = nil
    ) async throws(Problem) -> FoundCredentials? {
        if let own {
            if let found = given(own, reference) { return FoundCredentials(credentials: found, origin: .service) }
            if let found = try await lent(own, reference, key: "registry of the service") { return found }
        }
        if let key = RegistryName.best(of: registries.keys, for: reference), let access = registries[key] {
            if let found = given(access, reference) {
                return FoundCredentials(credentials: found, origin: .settings(key: key))
            }
            if let found = try await lent(access, reference, key: key) { return found }
        }
        guard let docker = loans.docker else { return try await fromDocker(reference) }
        return try await docker.answer(reference.repository) { () throws(Problem) in try await fromDocker(reference) }
    }

    private func fromDocker(_ reference: ImageReference) async throws(Problem) -> FoundCredentials? {
        var environment = environment
        if environment["HOME"]?.isEmpty ?? true { environment["HOME"] = await home() }
        guard let docker = try await dockerConfiguration(environment) else { return nil }
        return try await docker.credentials(for: reference, environment: environment)
    }

    /// That a registry refuses them; true when others can be found instead.
    func refused(_ found: FoundCredentials?) -> Bool { found.map { loans.forget($0.credentials) } ?? false }

    private func given(_ access: RegistryAccess, _ reference: ImageReference) -> RegistryCredentials? {
        guard let user = access.username, let password = access.password else { return nil }
        return RegistryCredentials(host: reference.host, user: user, password: password)
    }

    private func lent(
        _ access: RegistryAccess, _ reference: ImageReference, key: String
    ) async throws(Problem) -> FoundCredentials? {
        guard let use = access.plugin, let helper = helpers(use) else { return nil }
        let found: RegistryCredentials?
        do throws(Problem) {
            found = try await loans.credentials(use, for: reference, from: helper)
        } catch {
            throw error.at("\(use.place) (\(use.plugin))")
        }
        return found.map { FoundCredentials(credentials: $0, origin: .plugin(use.plugin, key: key)) }
    }

    /// Nil when there is none; one that the settings name has to be there.
    private func dockerConfiguration(_ environment: [String: String]) async throws(Problem) -> DockerConfiguration? {
        let directory = environment["DOCKER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        guard
            let path = configuration
                ?? (directory ?? environment["HOME"].map { $0 + "/.docker" }).map({ $0 + "/config.json" })
        else { return nil }
        let read = try await OwnThread.run { () -> Result<[UInt8], Problem> in
            do throws(Problem) {
                return .success(try FileContent.read(path, limit: CredentialFinder.largestFile))
            } catch {
                return .failure(error)
            }
        }
        guard let read else { throw Problem(.interrupted, "\(path): it was interrupted") }
        do throws(Problem) {
            return try DockerConfiguration(path: path, content: try read.get())
        } catch  where error.code == .notFound && configuration == nil {
            return nil
        }
    }

    /// A service of the system is not told where its user lives.
    private func home() async -> String? {
        let found = try? await OwnThread.run { (try? UserAccount.find(String(geteuid())))?.home }
        return found ?? nil
    }
}
