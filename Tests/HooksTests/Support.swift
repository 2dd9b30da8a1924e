import Files
import Glibc
import HTTPClient
import Hooks
import Lifecycle
import Model
import Synchronization
import TestKit

/// A home with hooks, and what they log.
final class HookHome: Sendable {
    let tree = FileTree()
    private let lines = Mutex<[String]>([])
    private let limits: HookLimits
    private let environment: [String: String]
    private let secrets: [String: Secret]
    private let container: (any HookContainer)?
    let store = MemoryStore()

    init(
        limits: HookLimits = HookLimits(), environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        secrets: [String: Secret] = [:], container: (any HookContainer)? = nil
    ) {
        self.secrets = secrets
        self.container = container
        self.limits = limits
        self.environment = environment
    }

    /// Without the id of the deploy that they are for.
    var log: [String] { lines.withLock { $0 } }

    var finder: HookFinder { HookFinder(directories: [tree.path("shipped"), tree.path("hooks")]) }

    var surroundings: HookSurroundings {
        HookSurroundings(
            limits: limits,
            services: HostServices(
                clock: ManualClock(), http: HTTPClient(), store: store, environment: environment,
                secrets: secrets, container: container)
        ) { [weak self] _, line in self?.lines.withLock { $0.append(line) } }
    }

    var directory: HookDirectory { HookDirectory(finder, surroundings: surroundings) }

    /// The answers of all hooks at one point, one after the other, in one session.
    func answers(at point: HookPoint, _ deploy: Deploy = .sample) async -> [Result<HookAnswer, Problem>] {
        await answers(to: HookEvent(point: point, deploy: deploy))
    }

    func answers(to event: HookEvent) async -> [Result<HookAnswer, Problem>] {
        let session = directory.session(for: event.deploy)
        var answers: [Result<HookAnswer, Problem>] = []
        for hook in await session.hooks(at: event.point) {
            do throws(Problem) { answers.append(.success(try await hook.run(event))) } catch {
                answers.append(.failure(error))
            }
        }
        await session.close()
        return answers
    }
}

extension Deploy {
    static var sample: Deploy {
        Deploy(
            id: DeployID("01testdeploy"),
            service: Service(
                name: "web", kind: .container(ContainerDefinition(container: "web-1")),
                image: try? ImageReference("ghcr.io/me/web")),
            trigger: Trigger(.webhook, by: "github"), wish: Wish(), attempt: 2,
            from: .image(reference: "ghcr.io/me/web:1.0", digest: "sha256:" + String(repeating: "a", count: 64)),
            to: .image(reference: "ghcr.io/me/web:1.1", digest: "sha256:" + String(repeating: "b", count: 64)))
    }
}

/// Keeps what hooks store, as long as the test runs.
final class MemoryStore: HookStore {
    private let values = Mutex<[String: [String: JSON]]>([:])

    func storedValue(_ scope: String, _ key: String) async throws(Problem) -> JSON? {
        values.withLock { $0[scope]?[key] }
    }

    func storedKeys(_ scope: String) async throws(Problem) -> [String] {
        values.withLock { ($0[scope] ?? [:]).keys.sorted() }
    }

    func storeValue(_ value: JSON?, _ scope: String, _ key: String) async throws(Problem) {
        values.withLock { $0[scope, default: [:]][key] = value }
    }
}
