package import HTTPClient
package import Lifecycle
package import Model

/// The container of a deploy's service, for hooks that look into it: the one that has its name at the moment.
///
/// Its `Engine` must not be a driver's: there a call of a hook's that runs out of time would count as a silence of the
/// engine, and the gate would make allowances for it.
package struct ServiceContainer: Sendable {
    /// That there is none to talk to matters to those only who try.
    private let known: Result<Engine, Problem>

    package init(_ engine: Engine) { known = .success(engine) }

    package init(environment: [String: String], client: HTTPClient) {
        do throws(Problem) {
            known = .success(try Engine(environment: environment, client: client))
        } catch {
            known = .failure(error)
        }
    }

    var engine: Engine { get throws(Problem) { try known.get() } }

    // MARK: - Which one

    /// Nil when there is none.
    func find(_ deploy: Deploy) async throws(Problem) -> Container? {
        guard let name = deploy.containerName else {
            throw Problem(.invalid, "services.\(deploy.service.name): expected a service whose driver is container")
        }
        guard let container = try await engine.container(name) else { return nil }
        // A name may look like an id.
        return container.name == name ? container : nil
    }

    func present(_ deploy: Deploy) async throws(Problem) -> Container {
        guard let container = try await find(deploy) else {
            throw Problem(.notFound, "there is no container \"\(deploy.containerName ?? "")\"")
        }
        return container
    }

    func running(_ deploy: Deploy) async throws(Problem) -> Container {
        let container = try await present(deploy)
        guard container.isRunning, !container.isPaused, !container.isRestarting else {
            let status = container.json["State"]?["Status"]?.string ?? "not running"
            throw Problem(.conflict, "the container \"\(container.name)\" is \(status), expected a running one")
        }
        return container
    }

    // MARK: - What it is

    package func describe(_ deploy: Deploy, environment: Bool, raw: Bool) async throws(Problem) -> JSON? {
        guard let container = try await find(deploy) else { return nil }
        return ContainerDescription(
            container: container, digest: try await digest(of: container, deploy.service),
            showsEnvironment: environment, isWhole: raw
        ).json
    }

    /// By what the repository calls its image, as releases do.
    private func digest(of container: Container, _ service: Service) async throws(Problem) -> String? {
        let running: ImageReference?
        do throws(Problem) { running = try container.runningImage } catch { running = nil }
        guard let reference = running ?? service.image, let id = try? Digest(container.imageID),
            let image = try await engine.image(id: id)
        else { return nil }
        let pinned = try? ImageReference(container.imageReference).digest
        return image.digest(in: reference, preferring: pinned).description
    }
}
