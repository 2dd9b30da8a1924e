import Hooks
import Lifecycle
import LuaRuntime
import Model
import TestKit
import Testing

@Suite("agent.docker")
struct HostAPIDockerTests {
    private func bench(
        at point: HookPoint = .postUp, _ change: (inout ScriptedContainer.State) -> Void = { _ in }
    ) -> (HostAPIBench, ScriptedContainer) {
        let container = ScriptedContainer(change)
        var bench = HostAPIBench()
        bench.point = point
        bench.container = container
        return (bench, container)
    }

    @Test("inspect answers what the container is, and shows no more than was asked for")
    func inspect() async throws {
        let (bench, container) = bench { $0.description = ["name": "web-1", "labels": ["a": "b"], "health": .null] }
        #expect(
            try await bench.value(
                "local c = agent.docker.inspect() return c.name .. c.labels.a .. tostring(c.health)") == "web-1bnil")
        _ = try await bench.value("agent.docker.inspect({ env = true }) agent.docker.inspect({ raw = true })")
        #expect(
            container.asked == ["describe web-1 false false", "describe web-1 true false", "describe web-1 false true"])
        let (empty, _) = self.bench()
        #expect(try await empty.value("return tostring(agent.docker.inspect())") == "nil")
    }

    @Test("exec passes on what it is told, and answers how it ended")
    func exec() async throws {
        let (bench, container) = bench {
            $0.prints = [(.stdout, "o"), (.stderr, "e"), (.stdout, "ut\n")]
            $0.ending = .exited(code: 3)
        }
        #expect(
            try await bench.value(
                """
                local r = agent.docker.exec({ command = { "./migrate", "up" }, user = "app", env = { A = "b" },
                  workdir = "/srv", stdin = "in", timeout = "5s" })
                return r.code .. "|" .. r.stdout .. "|" .. r.stderr .. "|" .. tostring(r.timed_out) .. tostring(r.truncated)
                  .. tostring(r.error)
                """) == "3|out\n|e|falsefalsenil")
        #expect(
            container.command
                == ContainerCommand(
                    ["./migrate", "up"], user: "app", environment: ["A": "b"], directory: "/srv",
                    input: Array("in".utf8),
                    timeout: .seconds(5)))
        #expect(container.asked == ["run web-1"])
    }

    @Test("each line is called out as it comes, with its stream")
    func lines() async throws {
        let (bench, _) = bench {
            $0.prints = [(.stdout, "one\ntw"), (.stderr, "bad\r\n"), (.stdout, "o\nthree")]
        }
        #expect(
            try await bench.value(
                """
                local seen = {}
                local r = agent.docker.exec({ command = { "x" }, on_line = function(stream, line)
                  seen[#seen + 1] = stream .. ":" .. line
                  return false
                end })
                return table.concat(seen, " ") .. " " .. r.code
                """) == "stdout:one stderr:bad stdout:two stdout:three 0")
        let (broken, _) = self.bench { $0.prints = [(.stdout, "one\n")] }
        #expect(
            await broken.message("\n agent.docker.exec({ command = { 'x' }, on_line = function() error('oh') end })")
                == "test.lua:2: oh")
    }

    @Test("output is kept up to the limit, a flood of lines as far as the hook keeps up")
    func flood() async throws {
        var (bench, _) = bench {
            $0.prints = (0..<200).map { _ in (.stdout, String(repeating: "0123456789\n", count: 1000)) }
        }
        bench.limits.output = 1000
        let answer = try await bench.value(
            """
            local lines = 0
            local r = agent.docker.exec({ command = { "x" }, on_line = function() lines = lines + 1 end })
            return { #r.stdout, r.truncated, lines }
            """
        ).list
        #expect(answer?[0] == 1000)
        #expect(answer?[1] == true)
        #expect(try #require(answer?[2].integer) >= 1)
        // The same when nobody wants the lines.
        #expect(
            try await bench.value(
                "local r = agent.docker.exec({ command = { 'x' } }) return #r.stdout .. tostring(r.truncated)")
                == "1000true")
        let (long, _) = self.bench { $0.prints = [(.stderr, String(repeating: "x", count: 40_000) + "\n")] }
        #expect(
            try await long.value(
                """
                local length
                local r = agent.docker.exec({ command = { "x" }, on_line = function(s, l) length = #l end })
                return length .. tostring(r.truncated)
                """) == "16384true")
    }

    @Test("one that took too long is no error, and says what became of the program")
    func timeout() async throws {
        let lines = Recorded<String>()
        var (bench, _) = bench { $0.ending = .cutOff(aftermath: "it still runs in the container") }
        bench.log = { lines.append($0) }
        #expect(
            try await bench.value(
                """
                local r = agent.docker.exec({ command = { "./migrate" }, timeout = "5s" })
                return r.code .. tostring(r.timed_out) .. r.error
                """) == "-1true\"./migrate\" took longer than 5s: it still runs in the container")
        #expect(
            lines.all == ["agent.docker.exec: \"./migrate\" took longer than 5s: it still runs in the container"])
    }

    @Test("one that is ended with the hook's time says in the log what became of the program")
    func overrun() async throws {
        let lines = Recorded<String>()
        var (bench, _) = bench { $0.staysUntilCancelled = true }
        bench.limits.timeout = .milliseconds(300)
        bench.log = { lines.append($0) }
        #expect(
            await bench.message("agent.docker.exec({ command = { './migrate' } })")
                == "test.lua:1: ran longer than 300ms")
        #expect(lines.all == ["agent.docker.exec: \"./migrate\" was cut off: it was ended in the container"])
    }

    @Test("logs are a list of lines, the last of them within the limit")
    func logs() async throws {
        var (bench, container) = bench(at: .notify) {
            $0.prints = [(.stdout, "a\nb\n"), (.stderr, "c\n"), (.stdout, "d")]
        }
        #expect(
            try await bench.value(
                "local l = agent.docker.logs() return table.concat(l, ',') .. tostring(l.truncated)") == "a,b,c,dfalse")
        #expect(container.query == ContainerLogQuery(tail: 100))
        bench.limits.output = 4
        #expect(
            try await bench.value(
                "local l = agent.docker.logs({ tail = 5 }) return table.concat(l, ',') .. tostring(l.truncated)")
                == "c,dtrue")
        _ = try await bench.value("agent.docker.logs({ since = '10m', timestamps = true, timeout = '3s' })")
        #expect(
            container.query
                == ContainerLogQuery(
                    since: bench.clock.now() + .seconds(-600), timestamps: true, timeout: .seconds(3)))
        _ = try await bench.value("agent.docker.logs({ since = 1.5, tail = 0 })")
        #expect(container.query == ContainerLogQuery(tail: 0, since: Timestamp(microseconds: 1_500_000)))
    }

    @Test("a log is followed until the hook has seen enough")
    func follow() async throws {
        let (bench, container) = bench {
            $0.prints = [(.stdout, "starting\n"), (.stdout, "ready\nmore\n")]
            $0.staysUntilCancelled = true
        }
        #expect(
            try await bench.value(
                """
                local seen = {}
                local lines = agent.docker.logs({ follow = true, on_line = function(_, line)
                  seen[#seen + 1] = line
                  return not line:find("ready")
                end })
                return table.concat(seen, ",") .. " " .. #lines
                """) == "starting,ready 3")
        #expect(container.query?.follow == true)
    }

    @Test("restart is bounded by its own time and the hook's")
    func restart() async throws {
        let (bench, container) = bench(at: .rollback)
        _ = try await bench.value("agent.docker.restart() agent.docker.restart({ timeout = '5s' })")
        #expect(container.asked == ["restart web-1 long", "restart web-1 5s"])
    }

    @Test("the engine's problems are errors that can be caught")
    func problems() async throws {
        let (bench, _) = bench {
            $0.problem = Problem(.conflict, "the container \"web-1\" is exited, expected a running one")
        }
        #expect(
            await bench.message("agent.docker.exec({ command = { 'x' } })")
                == "test.lua:1: agent.docker.exec: the container \"web-1\" is exited, expected a running one")
        #expect(try await bench.value("return pcall(agent.docker.logs)") == false)
    }

    @Test("what makes no sense is refused before the engine is asked")
    func mistakes() async {
        let (bench, container) = bench()
        let messages = [
            ("exec()", "exec: command: is nil, expected a list of a program and its arguments"),
            ("exec({ command = 'ls' })", "exec: command: is \"ls\", expected a list of a program and its arguments"),
            ("exec({ command = { 'a', {} } })", "exec: command: is a table, expected a list of strings"),
            ("exec({ command = { 'a' }, workdir = 'x' })", "exec: workdir: is \"x\", expected an absolute path"),
            ("exec({ command = { 'a' }, on_line = 1 })", "exec: on_line: is 1, expected a function(stream, line)"),
            ("exec({ comand = { 'a' } })", "exec: \"comand\" is not one of its options, did you mean \"command\"?"),
            ("logs({ follow = true })", "logs: follow: needs on_line, a function that is called with each line"),
            ("logs({ tail = -1 })", "logs: tail: is -1, expected how many lines, up to 1000000"),
            (
                "logs({ since = 'x' })",
                "logs: since: is \"x\", expected a duration such as \"10m\", or seconds since 1970 as agent.time.now has them"
            ),
            ("inspect({ raw = 1 })", "inspect: raw: is 1, expected true or false"),
            ("restart({ timeout = 5 })", "restart: timeout: is 5, expected a duration such as \"30s\""),
        ]
        for (body, message) in messages {
            #expect(await bench.message("agent.docker.\(body)") == "test.lua:1: agent.docker." + message)
        }
        #expect(container.asked == [])
    }

    @Test("each function has its hook points")
    func points() async {
        var (bench, container) = bench(at: .preUp)
        #expect(
            await bench.message("agent.docker.restart()")
                == "test.lua:1: agent.docker.restart may not be called at pre-up, only at post-up and rollback")
        bench.point = .notify
        #expect(
            await bench.message("agent.docker.exec({ command = { 'x' } })")
                == "test.lua:1: agent.docker.exec may not be called at notify, only at select-tag, pre-pull, verify, "
                + "pre-up, post-up, health and rollback")
        bench.point = .webhook
        #expect(
            await bench.message("agent.docker.inspect()")
                == "test.lua:1: agent.docker.inspect may not be called at webhook, only at select-tag, pre-pull, verify, "
                + "pre-up, post-up, health, rollback and notify")
        #expect(container.asked == [])
    }

    @Test("a service that is no container has none of its own")
    func otherDrivers() async {
        var (bench, container) = bench()
        func deploy(_ name: String) -> Deploy {
            Deploy(
                id: DeployID("1"), service: Service(name: name, kind: .script(ScriptDefinition(run: ["true"]))),
                trigger: Trigger(.poll), wish: Wish(), attempt: 1, from: nil)
        }
        bench.deploy = deploy("site")
        #expect(
            await bench.message("agent.docker.inspect()")
                == "test.lua:1: agent.docker.inspect: the service \"site\" has the driver script, expected container")
        bench.deploy = deploy("")
        #expect(
            await bench.message("agent.docker.inspect()")
                == "test.lua:1: agent.docker.inspect: this belongs to no service, and there is no container that would be "
                + "its own")
        #expect(container.asked == [])
        bench.deploy = .sample
        bench.container = nil
        #expect(
            await bench.message("agent.docker.inspect()")
                == "test.lua:1: agent.docker.inspect: there is no engine here")
    }
}
