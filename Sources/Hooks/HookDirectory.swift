package import Lifecycle
package import Model

/// The hooks that lie in the hooks directories, and after them the plugins that choose tags.
package struct HookDirectory: HookSource {
    private let finder: HookFinder
    private let surroundings: HookSurroundings
    private let plugins: PluginCatalog

    package init(_ finder: HookFinder, plugins: PluginCatalog = .none, surroundings: HookSurroundings) {
        self.finder = finder
        self.surroundings = surroundings
        self.plugins = plugins
    }

    package init(home: Home, plugins: PluginCatalog = .none, surroundings: HookSurroundings) {
        self.init(HookFinder(directories: home.hookDirectories), plugins: plugins, surroundings: surroundings)
    }

    /// For the words of a deploy's log, `log` of the surroundings is called with the deploy's id.
    package func session(for deploy: Deploy) -> any HookSession {
        DirectorySession(finder, service: deploy.service.name, deploy: deploy.id, surroundings: surroundings)
    }

    package func policy(for service: Service) -> (any TagPolicy)? {
        guard case .plugin(let use)? = service.track else { return nil }
        do throws(Problem) {
            let plugin = try plugins.find(.tags, use.plugin)
            if let mistake = plugins.check(use, as: .tags, allowed: surroundings.limits.allowedPowers).first {
                throw Problem(.invalid, "\(mistake.position): \(mistake.place): \(mistake.message)")
            }
            return TagsPlugin(plugin, use, surroundings: surroundings)
        } catch {
            return BrokenPolicy(problem: error.at("services.\(service.name).track"))
        }
    }
}

/// Chooses nothing, and says why.
private struct BrokenPolicy: TagPolicy {
    let problem: Problem

    func choose(
        among candidates: Candidates, log: @escaping @Sendable (String) -> Void
    ) async throws(Problem) -> TagChoice { throw problem }
}
