import LuaRuntime
import Model

/// What a Lua hook's file returned: its functions, what they need, which may be run twice.
struct LuaHookTable: Sendable {
    /// What is wrong, and the word in the file that it is about.
    struct Fault: Error {
        let problem: Problem
        var word: String?
    }

    private(set) var functions: [HookPoint: LuaFunctionReference] = [:]
    private(set) var needs: Set<Power> = []
    private(set) var idempotent: Set<HookPoint> = []

    /// A file in a hook point's directory may return just the function; `point` is nil for a drop-in.
    init(_ value: LuaValue, in point: HookPoint?, allowed: Set<Power>) throws(Fault) {
        if let point, let function = value.function {
            functions[point] = function
            return
        }
        guard let table = value.table else {
            let expected =
                point.map { "a function, or a table with the function \"\($0.luaName)\"" } ?? "a table of functions"
            throw Fault(problem: Problem(.invalid, "it returns \(value.shown), expected \(expected)"))
        }
        try readFields(table)
        do throws(Problem) { needs = try Power.needs(table["needs"], allowed: allowed) } catch {
            throw Fault(problem: error, word: "needs")
        }
        idempotent = try idempotentPoints(table["idempotent"])
        if let point, functions[point] == nil {
            let problem = Problem(.invalid, "it has no function \"\(point.luaName)\", which its directory is for")
            throw Fault(problem: problem)
        }
    }

    private static let points = Dictionary(uniqueKeysWithValues: HookPoint.allCases.map { ($0.luaName, $0) })

    private mutating func readFields(_ table: LuaTable) throws(Fault) {
        guard table.list.isEmpty, table.namedFields.count == table.fields.count else {
            throw Fault(
                problem: Problem(.invalid, "it returns a list, expected a table with a function for each hook point"))
        }
        for (name, value) in table.namedFields where name != "needs" && name != "idempotent" {
            guard let point = LuaHookTable.points[name] else {
                throw Fault(problem: LuaHookTable.unknown(name), word: name)
            }
            guard let function = value.function else {
                throw Fault(problem: Problem(.invalid, "\(name): is \(value.shown), expected a function"), word: name)
            }
            functions[point] = function
        }
    }

    private func idempotentPoints(_ value: LuaValue) throws(Fault) -> Set<HookPoint> {
        switch value {
        case .nil, .boolean(false): return []
        case .boolean(true): return Set(functions.keys)
        case .table(let table) where table.list.isEmpty && table.namedFields.count == table.fields.count:
            var points: Set<HookPoint> = []
            for (name, value) in table.namedFields {
                guard let point = LuaHookTable.points[name] else {
                    throw Fault(problem: LuaHookTable.unknown(name).at("idempotent"), word: name)
                }
                guard let isIdempotent = value.boolean else {
                    throw Fault(
                        problem: Problem(.invalid, "idempotent.\(name): is \(value.shown), expected true or false"),
                        word: name)
                }
                if isIdempotent { points.insert(point) }
            }
            return points
        default:
            throw Fault(
                problem: Problem(
                    .invalid, "idempotent: is \(value.shown), expected true or a table such as { post_up = true }"),
                word: "idempotent")
        }
    }

    private static func unknown(_ name: String) -> Problem {
        let known = points.keys.sorted()
        let hint = Spelling.hint(for: name, among: known + ["needs", "idempotent"])
        let expected = hint.isEmpty ? ", expected one of \(known.joined(separator: ", "))" : hint
        return Problem(.invalid, "\"\(name)\" is not a hook point\(expected)")
    }
}
