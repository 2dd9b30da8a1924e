import Daemon
import HTTPClient
import Model
import TestKit

@testable import Registries

let http = HTTPClient()

/// What the settings and docker's own file would make of registries.
func client(
    _ settings: [String: RegistryAccess] = [:], dockerConfig: String? = nil, environment: [String: String] = [:],
    servers: RegistryServers? = nil
) -> RegistryClient {
    var environment = environment
    environment["DOCKER_CONFIG"] = "/nonexistent"
    return RegistryClient(
        servers ?? RegistryServers(http: http, clock: SystemClock(), environment: environment), registries: settings,
        credentials: CredentialFinder(
            registries: settings, dockerConfig: dockerConfig, environment: environment))
}

/// A service; what it is counts for nothing here.
func service(_ registry: RegistryAccess? = nil) -> Service {
    var service = Service(name: "web", kind: .container(ContainerDefinition(container: "web")))
    service.registry = registry
    return service
}

/// The problem that the work ends with.
func problem(_ work: () async throws -> Void) async -> Problem? {
    do {
        try await work()
        return nil
    } catch {
        return error as? Problem
    }
}
