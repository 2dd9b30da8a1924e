import Lifecycle
import Model
import Processes

/// The hooks of one deploy: found once, when the first hook point is reached, and the same until its end. The functions
/// of one Lua file share a Lua state for as long.
actor DirectorySession: HookSession {
    private let finder: HookFinder
    private let service: String
    private let deploy: DeployID
    private let surroundings: HookSurroundings
    private var found: Task<Found, Never>?

    private struct Found {
        var files: [HookFile] = []
        var idempotent: Set<String> = []
        var lua: [String: LuaHookFile] = [:]
    }

    init(_ finder: HookFinder, service: String, deploy: DeployID, surroundings: HookSurroundings) {
        self.finder = finder
        self.service = service
        self.deploy = deploy
        self.surroundings = surroundings
    }

    func hooks(at point: HookPoint) async -> [any Hook] {
        let found = await find()
        var hooks: [any Hook] = []
        for file in found.files where file.point == point || file.point == nil {
            if let hook = await hook(file, at: point, found) { hooks.append(hook) }
        }
        return hooks
    }

    func close() async {
        guard let found = await found?.value else { return }
        self.found = nil
        for file in found.lua.values { await file.close() }
    }

    private func hook(_ file: HookFile, at point: HookPoint, _ found: Found) async -> (any Hook)? {
        switch (file.status, file.kind) {
        case (.unreadable(let problem), _): return BrokenHook(name: file.name, problem: problem)
        case (.active, .executable):
            return ExecutableHook(
                file: file, isIdempotent: found.idempotent.contains(file.path), surroundings: surroundings)
        case (.active, .lua), (.active, .dropIn): return await found.lua[file.path]?.hook(at: point)
        default: return nil
        }
    }

    private func find() async -> Found {
        if let found { return await found.value }
        let task = Task { [finder, service, deploy, surroundings] in
            do throws(Problem) {
                return try await OwnThread.run(throwing: { () throws(Problem) in
                    DirectorySession.look(finder, service, deploy, surroundings)
                })
            } catch {
                let file = HookFile(name: "hooks", path: "", status: .unreadable(error))
                return Found(files: [file])
            }
        }
        found = task
        return await task.value
    }

    private static func look(
        _ finder: HookFinder, _ service: String, _ deploy: DeployID, _ surroundings: HookSurroundings
    ) -> Found {
        var found = Found(files: finder.files(for: service))
        for file in found.files {
            switch (file.status, file.kind) {
            case (.active, .executable) where ExecutableHook.declaresIdempotent(file.path):
                found.idempotent.insert(file.path)
            case (.active, .lua), (.active, .dropIn):
                found.lua[file.path] = LuaHookFile(file, for: deploy, surroundings: surroundings)
            case (.ignored(let reason), _) where file.concerns(service):
                surroundings.warn(deploy, "hook \(file.name) is ignored: \(reason)")
            default: break
            }
        }
        return found
    }
}

extension HookFile {
    /// Not what somebody left lying among the directories of services.
    fileprivate func concerns(_ service: String) -> Bool {
        self.service == service || point != nil || name.hasSuffix("/")
    }
}
