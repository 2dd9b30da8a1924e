import Glibc
import LuaRuntime
import Model
import Testing

@Suite struct LuaThreadsTests {
    @Test func blockingOnesDelayNobody() async throws {
        let threads = LuaThreads(maximum: 16)
        let gate = Flag()
        let wait = HostFunction("wait") { _ throws(Problem) in
            gate.block()
            return []
        }
        let scripts = try await withThrowingTaskGroup(of: Script.self) { group in
            for _ in 0..<8 {
                group.addTask { try await Script("return function() wait() end", globals: ["wait": .host(wait)]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for script in scripts {
                let function = try #require(script.value.function)
                group.addTask {
                    _ = try await threads.run(script.state) { state throws(LuaFailure) in try state.call(function) }
                }
            }
            let quick = try LuaState()
            _ = try await threads.run(quick) { state throws(LuaFailure) in
                try state.load(source: Array("return 1".utf8), name: "quick.lua")
            }
            gate.set()
            try await group.waitForAll()
        }
    }

    @Test func beyondTheMaximumTheyTakeTurnsAndBeyondTheCapacityTheyAreRefused() async throws {
        let threads = LuaThreads(maximum: 1, capacity: 1)
        let hasBegun = Flag()
        let gate = Flag()
        let one = try LuaState()
        let first = Task {
            try await threads.run(one) { _ throws(LuaFailure) in
                hasBegun.set()
                gate.block()
            }
        }
        try await hasBegun.wait()
        // One of these waits, the other is refused, whichever comes first.
        let problems = await withTaskGroup(of: Problem?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    defer { gate.set() }
                    do throws(LuaFailure) {
                        try await threads.run(one) { _ throws(LuaFailure) in }
                        return nil
                    } catch {
                        return error.problem
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await first.value
        #expect(problems.compactMap(\.self) == [Problem(.limit, "1 Lua functions wait for a thread already")])
    }

    @Test func oneThreadServesMany() async throws {
        let threads = LuaThreads(maximum: 1, idleTime: .milliseconds(10))
        for round in 0..<20 {
            let state = try LuaState()
            let value = try await threads.run(state) { state throws(LuaFailure) in
                try state.load(source: Array("return \(round)".utf8), name: "x.lua")
            }
            #expect(value == .integer(Int64(round)))
            // Long enough, now and then, for the thread to end.
            if round % 5 == 0 { try await Task.sleep(for: .milliseconds(30)) }
        }
    }

    @Test(.timeLimit(.minutes(2))) func tenThousandStatesLeaveNothingBehind() async throws {
        let threads = LuaThreads(maximum: 2)
        let host = HostFunction("host") { call throws(Problem) in call.arguments }
        func round(_ count: Int) async throws {
            for _ in 0..<count {
                let state = try LuaState()
                try await threads.run(state) { state throws(LuaFailure) in
                    try state.setGlobal("host", .host(host))
                    let value = try state.load(
                        source: Array("return { f = function(t) return host(t), host({ 1, 2 }) end }".utf8),
                        name: "x.lua")
                    guard let function = value["f"].function else { return }
                    _ = try state.call(function, [["a": 1, "b": ["c", "d"]]])
                }
            }
        }
        try await round(1000)
        let before = try Self.residentBytes()
        try await round(10_000)
        // Ten thousand states of 20 KiB would be 200 MB; other tests run at the same time.
        #expect(try Self.residentBytes() - before < 100 << 20)
    }

    private static func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        fgets(&text, 128, file)
        let fields = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self).split(separator: " ")
        return try #require(Int(fields[1])) * 4096
    }
}
