import Files
import Lifecycle
import LuaRuntime
import Model
import Processes

/// A Lua file with hooks, for one deploy: it is read and loaded when the first hook point is reached, and its functions
/// share one state from then on.
///
/// A file that cannot be loaded is a failed hook at every hook point that it could serve, since nobody knows which it
/// would have served. The first such point in a deploy ends it before anything has changed.
actor LuaHookFile {
    nonisolated let name: String
    private let file: HookFile
    private let deploy: DeployID
    private let surroundings: HookSurroundings
    private let agent = AgentTable()
    private var loading: Task<Result<Loaded, Problem>, Never>?

    struct Loaded: Sendable {
        let state: LuaState
        let table: LuaHookTable
    }

    init(_ file: HookFile, for deploy: DeployID, surroundings: HookSurroundings) {
        name = file.name
        self.file = file
        self.deploy = deploy
        self.surroundings = surroundings
    }

    /// Nil when the file has no function for the hook point.
    func hook(at point: HookPoint) async -> (any Hook)? {
        switch await load() {
        case .failure(let problem): return BrokenHook(name: name, problem: problem)
        case .success(let loaded) where loaded.table.functions[point] == nil: return nil
        case .success(let loaded):
            return LuaHook(file: self, isIdempotent: loaded.table.idempotent.contains(point))
        }
    }

    func run(_ event: HookEvent) async throws(Problem) -> HookAnswer {
        let loaded = try await load().get()
        guard let function = loaded.table.functions[event.point] else { return .proceed }
        let log = HookLog(name, of: deploy, surroundings)
        let redaction = surroundings.services.redaction
        agent.begin(
            HostContext(
                file: name, point: event.point, event: event, needs: loaded.table.needs, limits: surroundings.limits,
                services: surroundings.services, log: { log.add(lines: $0) }))
        defer { agent.end() }
        let arguments = [event.luaValue, agent.value]
        let values: [LuaValue]
        do throws(LuaFailure) {
            values = try await surroundings.threads.run(loaded.state) { state throws(LuaFailure) in
                try state.call(function, arguments)
            }
        } catch {
            log.add(lines: error.traceback)
            throw redaction.apply(error.problem.at(event.point.luaName))
        }
        do throws(Problem) {
            return redaction.apply(try LuaAnswer.answer(values, at: event.point, verdict: agent.end()))
        } catch {
            throw redaction.apply(error.at("\(name): \(event.point.luaName)"))
        }
    }

    /// The state goes with the file's last use.
    func close() { loading = nil }

    private func load() async -> Result<Loaded, Problem> {
        if let loading { return await loading.value }
        let task = Task { [file, deploy, surroundings] in await LuaHookFile.load(file, deploy, surroundings) }
        loading = task
        return await task.value
    }

    private static func load(
        _ file: HookFile, _ deploy: DeployID, _ surroundings: HookSurroundings
    ) async -> Result<Loaded, Problem> {
        let log = HookLog(file.name, of: deploy, surroundings)
        do throws(LuaFailure) {
            let opened = try await open(file, limits: surroundings.limits, threads: surroundings.threads) {
                log.add(lines: $0)
            }
            return .success(opened.loaded)
        } catch {
            log.add(lines: error.traceback)
            return .failure(error.problem)
        }
    }

    /// Loads it into a fresh state. Nothing may be done meanwhile but to build the table: the table `agent` comes with
    /// the calls.
    static func open(
        _ file: HookFile, limits: HookLimits, threads: LuaThreads, output: @escaping LuaState.Output
    ) async throws(LuaFailure) -> (loaded: Loaded, source: [UInt8]) {
        let bounds = LuaLimits(time: limits.timeout, memory: limits.memory, output: limits.output)
        let source: [UInt8]
        let state: LuaState
        do throws(Problem) {
            source = try await OwnThread.run(throwing: { () throws(Problem) in
                try FileContent.read(file.path, limit: bounds.source)
            })
            state = try LuaState(limits: bounds, output: output)
        } catch {
            throw LuaFailure(error)
        }
        let value = try await threads.run(state) { state throws(LuaFailure) in
            try state.load(source: source, name: file.name)
        }
        do throws(LuaHookTable.Fault) {
            let table = try LuaHookTable(value, in: file.point, allowed: limits.allowedPowers)
            return (Loaded(state: state, table: table), source)
        } catch {
            let line = error.word.flatMap(LuaWords(source).line).map { ":\($0)" } ?? ""
            throw LuaFailure(error.problem.at(file.name + line))
        }
    }
}
