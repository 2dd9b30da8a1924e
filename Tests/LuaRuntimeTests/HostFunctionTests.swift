import LuaRuntime
import Model
import Testing

@Suite struct HostFunctionTests {
    @Test func theyGetTheirArgumentsAndGiveTheirValues() async throws {
        let add = HostFunction("agent.add") { call throws(Problem) in
            [.integer((call[0].integer ?? 0) + (call[1].integer ?? 0)), LuaValue(call.arguments.count), call[7]]
        }
        let agent: LuaValue = ["math": ["add": .host(add)], "name": "web"]
        #expect(
            try await Script.run("return agent.name, agent.math.add(2, 3)", globals: ["agent": agent])
                == ["web", 5, 2, nil])
        let script = try await Script("return function(agent) return agent.math.add(1, 1) end")
        #expect(try await script.call(nil, agent) == [2, 2, nil])
    }

    @Test func whatTheyThrowIsAnErrorWhereTheScriptCalled() async throws {
        let exec = HostFunction("agent.exec") { _ throws(Problem) in
            throw Problem(.forbidden, "\"exec\" is not in needs", cause: Problem(.invalid, "because"))
        }
        let globals: [String: LuaValue] = ["exec": .host(exec)]
        let failure = try await Script.failure("\nexec()", globals: globals)
        #expect(failure.problem == Problem(.forbidden, "hooks/web.lua:2: \"exec\" is not in needs: because"))
        #expect(
            try await Script.run("\nreturn pcall(exec)", globals: globals)
                == [false, "hooks/web.lua:2: \"exec\" is not in needs: because"])
        // Another error later is not the host's.
        #expect(try await Script.failure("pcall(exec) error('x')", globals: globals).problem.code == .failed)
    }

    @Test func theyCallBackIntoTheState() async throws {
        let twice = HostFunction("agent.twice") { call throws(Problem) in
            guard let function = call[0].function else { throw Problem(.invalid, "expected a function") }
            do throws(LuaFailure) {
                return try call.call(function, [1]) + call.call(function, [2])
            } catch { throw error.problem }
        }
        let globals: [String: LuaValue] = ["twice": .host(twice)]
        #expect(try await Script.run("return twice(function(n) return n * 10 end)", globals: globals) == [10, 20])
        #expect(
            try await Script.run(
                "return coroutine.wrap(function() return twice(function(n) return n end) end)()", globals: globals)
                == [1, 2])
        // The position is the one where it happened, once.
        #expect(
            try await Script.failure("\ntwice(function()\nerror('inside') end)", globals: globals).problem.message
                == "hooks/web.lua:3: inside")
        #expect(
            try await Script.failure("local function f() twice(f) end f()", globals: globals).problem.message
                == "hooks/web.lua:1: host functions call each other deeper than 20")
        var limits = LuaLimits()
        limits.time = .milliseconds(100)
        let late = try await Script.failure(
            "pcall(twice, function() while true do end end) return 1", limits: limits, globals: globals)
        #expect(late.problem == Problem(.timeout, "hooks/web.lua:1: ran longer than 100ms"))
    }

    @Test func theirTimeIsPartOfTheCalls() async throws {
        var limits = LuaLimits()
        limits.time = .seconds(5)
        let left = HostFunction("left") { call throws(Problem) in
            [.number(Double(call.remaining.components.seconds))]
        }
        let answer = try await Script.run("return left()", limits: limits, globals: ["left": .host(left)])
        #expect([3, 4].contains(answer[0].number))
    }

    @Test func anOperationIsAwaitedOnTheThreadOfTheState() async throws {
        let sleep = HostFunction("sleep") { call throws(Problem) in
            let text = try call.await { () async throws(Problem) -> String in
                try? await Task.sleep(for: .milliseconds(20))
                return "slept"
            }
            _ = try call.await { () async throws(Problem) -> Void in }
            return [LuaValue(text)]
        }
        #expect(try await Script.run("return sleep()", globals: ["sleep": .host(sleep)]) == ["slept"])
        let fail = HostFunction("fail") { call throws(Problem) in
            try call.await { () async throws(Problem) -> [LuaValue] in throw Problem(.unreachable, "nobody there") }
        }
        #expect(
            try await Script.failure("fail()", globals: ["fail": .host(fail)]).problem
                == Problem(.unreachable, "hooks/web.lua:1: nobody there"))
    }

    @Test(.timeLimit(.minutes(1))) func anOperationEndsWithTheTimeOfTheCallAndIsCancelled() async throws {
        let wasCancelled = Flag()
        let sleep = HostFunction("sleep") { call throws(Problem) in
            try call.await { () async throws(Problem) -> Void in
                do { try await Task.sleep(for: .seconds(60)) } catch { wasCancelled.set() }
            }
            return []
        }
        var limits = LuaLimits()
        limits.time = .milliseconds(100)
        let failure = try await Script.failure(
            "\npcall(sleep)\nreturn 1", limits: limits, globals: ["sleep": .host(sleep)])
        #expect(failure.problem == Problem(.timeout, "hooks/web.lua:2: ran longer than 100ms"))
        try await wasCancelled.wait()
    }

    @Test func cancellingTheTaskEndsACallThatWaits() async throws {
        let hasBegun = Flag()
        let sleep = HostFunction("sleep") { call throws(Problem) in
            hasBegun.set()
            try call.await { () async throws(Problem) -> Void in try? await Task.sleep(for: .seconds(60)) }
            return []
        }
        let script = try await Script("return function() pcall(sleep) end", globals: ["sleep": .host(sleep)])
        let task = Task { try await script.call() }
        try await hasBegun.wait()
        task.cancel()
        let failure = await #expect(throws: LuaFailure.self) { _ = try await task.value }
        #expect(failure?.problem == Problem(.interrupted, "hooks/web.lua:1: was cancelled"))
    }

    /// Hands over the numbers up to `count`, each as soon as it can, and then answers.
    private func counting(to count: Int, cancelled: Flag = Flag()) -> HostFunction {
        HostFunction("count") { call throws(Problem) in
            guard let function = call[0].function else { throw Problem(.invalid, "expected a function") }
            let answer = try call.await(
                { (hand: @escaping HostCall.Hand<Int>) async throws(Problem) -> String in
                    for number in 1...count {
                        while !hand(number) {
                            if Task.isCancelled {
                                cancelled.set()
                                return "cancelled at \(number)"
                            }
                            await Task.yield()
                        }
                    }
                    return "counted"
                },
                each: { (number: Int) throws(Problem) -> Bool in
                    do throws(LuaFailure) {
                        return try call.call(function, [LuaValue(number)]).first != .boolean(false)
                    } catch { throw error.problem }
                })
            return [LuaValue(answer)]
        }
    }

    @Test func anOperationHandsOverInOrderWhileItRuns() async throws {
        let sleep = HostFunction("sleep") { call throws(Problem) in
            try call.await { () async throws(Problem) -> Void in try? await Task.sleep(for: .milliseconds(1)) }
            return []
        }
        // The script waits itself now and then, and falls behind.
        let body = """
            local sum, last, isOrdered = 0, 0, true
            local answer = count(function(n)
              if n % 1000 == 0 then sleep() end
              isOrdered = isOrdered and n == last + 1
              sum, last = sum + n, n
            end)
            return answer, sum, isOrdered
            """
        #expect(
            try await Script.run(body, globals: ["count": .host(counting(to: 5000)), "sleep": .host(sleep)])
                == ["counted", 12_502_500, true])
    }

    @Test(.timeLimit(.minutes(1))) func whoHasEnoughOfAnOperationEndsIt() async throws {
        let cancelled = Flag()
        let globals: [String: LuaValue] = ["count": .host(counting(to: 1 << 40, cancelled: cancelled))]
        let answer = try await Script.run(
            "local last local answer = count(function(n) last = n return n < 10 end) return last, answer",
            globals: globals)
        #expect(answer[0] == 10)
        #expect(answer[1].text?.hasPrefix("cancelled at ") == true)
        try await cancelled.wait()
    }

    @Test(.timeLimit(.minutes(1))) func aMistakeInWhatIsHandedOverEndsTheOperation() async throws {
        let cancelled = Flag()
        let failure = try await Script.failure(
            "\ncount(function(n)\nif n == 3 then error('no more') end end)",
            globals: ["count": .host(counting(to: 1 << 40, cancelled: cancelled))])
        #expect(failure.problem.message == "hooks/web.lua:3: no more")
        try await cancelled.wait()
    }

    @Test(.timeLimit(.minutes(1)), arguments: [Duration.seconds(60), .zero])
    func anOperationThatIsCutOffIsGivenTimeToTidyUp(patience: Duration) async throws {
        let mayEnd = Flag()
        let hasTidied = Flag()
        let sleep = HostFunction("sleep") { call throws(Problem) in
            try call.await(
                patience: patience,
                { (_: @escaping HostCall.Hand<Void>) async throws(Problem) -> Void in
                    try? await Task.sleep(for: .seconds(3600))
                    if patience == .zero { mayEnd.block() }
                    hasTidied.set()
                },
                each: { (_: Void) throws(Problem) -> Bool in true })
            return []
        }
        var limits = LuaLimits()
        limits.time = .milliseconds(100)
        let failure = try await Script.failure("sleep()", limits: limits, globals: ["sleep": .host(sleep)])
        #expect(hasTidied.isSet == (patience != .zero))
        #expect(failure.problem.code == .timeout)
        mayEnd.set()
    }

    @Test(.timeLimit(.minutes(1))) func aWaitWithinAWaitLeavesBothToBeInterrupted() async throws {
        let hasBegun = Flag()
        let sleep = HostFunction("sleep") { call throws(Problem) in
            try call.await { () async throws(Problem) -> Void in try? await Task.sleep(for: .milliseconds(1)) }
            return []
        }
        let once = HostFunction("once") { call throws(Problem) in
            guard let function = call[0].function else { throw Problem(.invalid, "expected a function") }
            try call.await(
                { (hand: @escaping HostCall.Hand<Int>) async throws(Problem) -> Void in
                    _ = hand(1)
                    try? await Task.sleep(for: .seconds(3600))
                },
                each: { (_: Int) throws(Problem) -> Bool in
                    do throws(LuaFailure) { _ = try call.call(function) } catch { throw error.problem }
                    hasBegun.set()
                    return true
                })
            return []
        }
        let script = try await Script(
            "return function() once(function() sleep() end) end", globals: ["once": .host(once), "sleep": .host(sleep)])
        let task = Task { try await script.call() }
        try await hasBegun.wait()
        task.cancel()
        let failure = await #expect(throws: LuaFailure.self) { _ = try await task.value }
        #expect(failure?.problem == Problem(.interrupted, "hooks/web.lua:1: was cancelled"))
    }

    @Test func anAnswerThatDoesNotFitIsTheScriptsMemory() async throws {
        var limits = LuaLimits()
        limits.memory = 1 << 20
        let fill = HostFunction("fill") { _ throws(Problem) in
            [LuaValue((0..<50_000).map { _ in LuaValue.table(LuaTable()) })]
        }
        let failure = try await Script.failure("\nfill()", limits: limits, globals: ["fill": .host(fill)])
        #expect(failure.problem == Problem(.limit, "hooks/web.lua:2: used more than 1 MiB of memory"))
    }
}
