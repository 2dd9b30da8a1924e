import Lifecycle
import Model

/// The registry of a service: who are we to it, and does it take that?
struct RegistryLook: Sendable {
    private let service: Service
    private let reference: ImageReference
    private let engine: Engine
    private let registries: any ImageRegistries
    private let place: String

    init(_ service: Service, _ reference: ImageReference, _ engine: Engine, _ registries: any ImageRegistries) {
        self.service = service
        self.reference = reference
        self.engine = engine
        self.registries = registries
        place = "services.\(service.name)"
    }

    func findings() async -> [Finding] {
        let found: FoundCredentials?
        do throws(Problem) {
            let (registries, reference, service) = (registries, reference, service)
            found = try await TimeLimit.run { () async throws(Problem) -> FoundCredentials? in
                try await registries.credentials(for: reference, of: service)
            }
        } catch {
            return [unknown(error)]
        }
        // The agent looks, the engine pulls: each has its own way there, and its own certificates.
        do throws(Problem) {
            let (registries, reference, service) = (registries, reference, service)
            _ = try await TimeLimit.run { () async throws(Problem) -> Digest in
                try await registries.digest(of: reference, for: service)
            }
        } catch {
            return [refused(error, found?.origin)]
        }
        do throws(Problem) {
            let (engine, reference) = (engine, reference)
            _ = try await TimeLimit.run { () async throws(Problem) -> Digest in
                try await engine.resolve(reference, found?.credentials)
            }
        } catch {
            return [refused(error, found?.origin)]
        }
        let origin = found.map { "with \($0.origin.text(service.name))" } ?? "without credentials"
        return [.good("\(place): the registry \(reference.host) has \(reference.familiar), asked \(origin)")]
    }

    /// The credentials cannot be found out.
    private func unknown(_ problem: Problem) -> Finding {
        if problem.code == .timeout {
            return .bad(
                "\(place): credentials for \(reference.host): \(problem)",
                "the helper that docker's config.json names hangs: try it by hand, as the agent's user")
        }
        return .bad(
            "\(place): credentials for \(reference.host): \(problem)",
            "mend what it names; docker login \(reference.host) as the agent's user writes them anew")
    }

    private func refused(_ problem: Problem, _ origin: FoundCredentials.Origin?) -> Finding {
        let asked = origin.map { ", asked with \($0.text(service.name))" } ?? ", asked without credentials"
        let what = "\(place): \(problem)\(asked)"
        switch problem.code {
        case .forbidden:
            return .bad(
                what,
                origin?.remedy(reference.host, service.name)
                    ?? "docker login \(reference.host) as the agent's user, or registries: \"\(reference.host)\" in the "
                    + "settings")
        case .notFound: return .bad(what, "look at the image's name and its tag")
        case .timeout:
            return .warning(
                "\(place): the registry \(reference.host): \(problem)",
                "a deploy has more patience; the network may be slow")
        default:
            return .bad(what, "look at the network, and at the engine's proxy and DNS: a deploy would fail likewise")
        }
    }
}
