package import Lifecycle
package import Model

/// The hooks that lie in the hooks directories.
package struct HookDirectory: HookSource {
    private let finder: HookFinder
    private let surroundings: HookSurroundings

    package init(_ finder: HookFinder, surroundings: HookSurroundings) {
        self.finder = finder
        self.surroundings = surroundings
    }

    package init(home: Home, surroundings: HookSurroundings) {
        self.init(HookFinder(directories: home.hookDirectories), surroundings: surroundings)
    }

    /// For the words of a deploy's log, `log` of the surroundings is called with the deploy's id.
    package func session(for deploy: Deploy) -> any HookSession {
        DirectorySession(finder, service: deploy.service.name, deploy: deploy.id, surroundings: surroundings)
    }
}
