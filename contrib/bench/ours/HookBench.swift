import Daemon
import HTTPClient
import Hooks
import Lifecycle
import Model

/// The one hook that lies in a home, for the service `web` at `post-up`.
struct HookBench {
    private let directory: HookDirectory
    private let event: HookEvent

    init(home: String) {
        let services = HostServices(
            clock: SystemClock(), http: HTTPClient(), store: NoStore(), environment: ["PATH": "/usr/bin:/bin"])
        directory = HookDirectory(
            home: Home(under: home),
            surroundings: HookSurroundings(limits: HookLimits(), services: services) { _, _ in })
        let service = Service(name: "web", kind: .script(ScriptDefinition(run: ["/bin/true"])))
        event = HookEvent.sample(.postUp, of: service, at: SystemClock().now())
    }

    /// All that a deploy with one hook needs: find it, load it, call it.
    func first(_ count: Int) async throws(Problem) -> Double {
        try await deploy()
        let watch = Stopwatch()
        for _ in 0..<count { try await deploy() }
        return watch.microseconds(each: count)
    }

    /// Calls within one deploy.
    func again(_ count: Int) async throws(Problem) -> Double {
        let session = directory.session(for: event.deploy)
        let hook = try await hook(of: session)
        try await call(hook)
        let watch = Stopwatch()
        for _ in 0..<count { try await call(hook) }
        let each = watch.microseconds(each: count)
        await session.close()
        return each
    }

    private func deploy() async throws(Problem) {
        let session = directory.session(for: event.deploy)
        try await call(try await hook(of: session))
        await session.close()
    }

    private func hook(of session: any HookSession) async throws(Problem) -> any Hook {
        let hooks = await session.hooks(at: event.point)
        guard hooks.count == 1 else { throw Problem(.failed, "expected one hook, found \(hooks.count)") }
        return hooks[0]
    }

    private func call(_ hook: any Hook) async throws(Problem) {
        guard case .proceed = try await hook.run(event) else { throw Problem(.failed, "\(hook.name) did not continue") }
    }
}

/// The hook here keeps nothing.
struct NoStore: HookStore {
    func storedValue(_ scope: String, _ key: String) async throws(Problem) -> JSON? { nil }
    func storedKeys(_ scope: String) async throws(Problem) -> [String] { [] }
    func storeValue(_ value: JSON?, _ scope: String, _ key: String) async throws(Problem) {}
}
