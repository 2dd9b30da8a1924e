package import HTTPClient
package import Lifecycle
package import Model

/// Looks at the engine and at everything between it and a deploy, and says what to do about what is missing. Changes
/// nothing, and waits for nothing longer than a few seconds.
package struct EngineExamination: Sendable {
    /// For all services together. One look after the other, each at its limit, is what one service can take.
    private static let whole: Duration = .seconds(25)
    /// Helpers and registries that are asked at the same time.
    private static let width = 8

    private let environment: [String: String]
    private let services: [Service]
    private let registries: any ImageRegistries
    private let client: HTTPClient

    /// `services` are those that containers are.
    package init(
        environment: [String: String], services: [Service], registries: any ImageRegistries, client: HTTPClient
    ) {
        self.environment = environment
        self.services = services.sorted { $0.name < $1.name }
        self.registries = registries
        self.client = client
    }

    package func findings() async -> [Finding] {
        let engine: Engine
        do throws(Problem) {
            engine = try Engine(environment: environment, client: client)
        } catch {
            return [.bad("engine: \(error)", "set it in the environment of the agent and of this command, or unset it")]
        }
        var findings = [Finding.good("engine: \(engine.address), \(origin)")]
        findings += await DockerContext(environment: environment).findings(engine.address)
        if let path = engine.address.unixSocket {
            let socket = await SocketLook(path: path, environment: environment).findings()
            findings += socket
            // Why is said already; that nobody answers there would be said for each service once more.
            guard !socket.contains(where: { $0.grade == .bad }) else { return findings }
        } else {
            findings += await TransportLook(engine.address).findings()
        }
        let known = await EngineLook(engine, environment: environment).findings()
        findings += known.findings
        guard known.isUsable else { return findings }
        return findings + (await onServices(engine))
    }

    private var origin: String {
        environment["DOCKER_HOST"].map { !$0.isEmpty } == true
            ? "as DOCKER_HOST says" : "the usual place: DOCKER_HOST is not set"
    }

    private func onServices(_ engine: Engine) async -> [Finding] {
        let (seen, sink) = AsyncStream.makeStream(of: (Int, [Finding]).self)
        let registries = registries
        let looking = Task { [services] in
            await withTaskGroup(of: Void.self) { group in
                for (index, service) in services.enumerated() {
                    if index >= EngineExamination.width { await group.next() }
                    guard !Task.isCancelled else { break }
                    group.addTask {
                        sink.yield((index, await ServiceLook(service, engine, registries).findings()))
                    }
                }
            }
            sink.finish()
        }
        let alarm = Task {
            do { try await Task.sleep(for: EngineExamination.whole) } catch { return }
            sink.finish()
        }
        var found = services.map {
            [Finding.warning("services.\($0.name): not looked at: the looks at others took too long")]
        }
        for await (index, findings) in seen { found[index] = findings }
        looking.cancel()
        alarm.cancel()
        return found.flatMap(\.self)
    }
}
