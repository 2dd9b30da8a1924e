import Files
import Glibc
import Hooks
import Lifecycle
import Model
import TestKit
import Testing

@Suite("Executable hooks")
struct ExecutableHookTests {
    @Test("the environment is exactly what is documented, and nothing of the agent's own")
    func environment() async throws {
        let home = HookHome(environment: [
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/h", "USER": "u", "LOGNAME": "l", "SHELL": "/s",
            "API_KEY": "hunter2", "GRAPNEL_HOME": "/x", "LD_PRELOAD": "", "GRAPNEL_EVENT": "x",
        ])
        home.tree.script("hooks/post-up.d/env", "env > \(home.tree.path("env"))")
        #expect(await home.answers(at: .postUp) == [.success(.proceed)])
        // The account's shell is added, as a login would; the others are what a shell adds by itself.
        let own = ["SHELL=", "PWD=", "SHLVL=", "_=", "OLDPWD="]
        let lines = try #require(home.tree.read("env")).split(separator: "\n").map(String.init)
        #expect(
            lines.filter { line in !own.contains { line.hasPrefix($0) } }.sorted() == [
                "GRAPNEL_ATTEMPT=2", "GRAPNEL_BY=github", "GRAPNEL_CONTAINER=web-1", "GRAPNEL_DEPLOY=01testdeploy",
                "GRAPNEL_DRIVER=container", "GRAPNEL_FORCE=0",
                "GRAPNEL_FROM=sha256:" + String(repeating: "a", count: 64),
                "GRAPNEL_FROM_DIGEST=sha256:" + String(repeating: "a", count: 64),
                "GRAPNEL_FROM_IMAGE=ghcr.io/me/web:1.0",
                "GRAPNEL_HOOK=post-up", "GRAPNEL_REASON=", "GRAPNEL_SERVICE=web",
                "GRAPNEL_TO=sha256:" + String(repeating: "b", count: 64),
                "GRAPNEL_TO_DIGEST=sha256:" + String(repeating: "b", count: 64), "GRAPNEL_TO_IMAGE=ghcr.io/me/web:1.1",
                "GRAPNEL_TRIGGER=webhook", "HOME=/h", "LANG=C.UTF-8", "LOGNAME=l", "PATH=/usr/bin:/bin", "USER=u",
            ])
    }

    @Test("it gets its hook point as its only argument, the event on standard input, and starts in /")
    func input() async throws {
        let home = HookHome()
        home.tree.script(
            "hooks/notify.d/x",
            "echo \"$# $1 $(pwd)\" > \(home.tree.path("arguments")); cat > \(home.tree.path("input"))")
        var event = HookEvent(point: .notify, deploy: .sample)
        event.event = Event(
            at: Timestamp(microseconds: 0), kind: .deployed, service: "web", deploy: DeployID("01testdeploy"),
            message: "done")
        #expect(await home.answers(to: event) == [.success(.proceed)])
        #expect(home.tree.read("arguments") == "1 notify /\n")
        let a = String(repeating: "a", count: 64)
        let b = String(repeating: "b", count: 64)
        #expect(
            home.tree.read("input") == """
                {"hook":"notify","deploy":{"id":"01testdeploy","service":"web","driver":"container","trigger":"webhook",\
                "by":"github","attempt":2,"force":false,"from":{"image":"ghcr.io/me/web:1.0","digest":"sha256:\(a)"},\
                "to":{"image":"ghcr.io/me/web:1.1","digest":"sha256:\(b)"},"reason":null,"container":"web-1"},"tags":[],\
                "event":{"at":"1970-01-01T00:00:00.000Z","event":"deployed","service":"web","deploy":"01testdeploy",\
                "message":"done","from":null,"to":null}}

                """)
    }

    @Test("it inherits no descriptor")
    func descriptors() async throws {
        let home = HookHome()
        let open = Glibc.open(home.tree.file("secret", "hunter2"), O_RDONLY)
        defer { close(open) }
        // Not by a shell, which has descriptors of its own.
        home.tree.file(
            "hooks/verify.d/x",
            """
            #!/usr/bin/perl
            opendir D, "/proc/self/fd"; @names = readdir D; closedir D;
            print STDERR join " ", sort grep { /^\\d+$/ && -e "/proc/self/fd/$_" } @names;
            """, mode: 0o755)
        #expect(await home.answers(at: .verify) == [.success(.proceed)])
        #expect(home.log == ["verify.d/x: 0 1 2"])
    }

    /// What one run wrote and how it ended, and what that means.
    struct Case: Sendable, CustomTestStringConvertible {
        var point: HookPoint
        var body: String
        var answer: Result<HookAnswer, Problem>
        var testDescription: String { "\(point.rawValue): \(body)" }

        init(_ point: HookPoint, _ body: String, _ answer: HookAnswer) {
            (self.point, self.body, self.answer) = (point, body, .success(answer))
        }

        init(_ point: HookPoint, _ body: String, _ code: Problem.Code, _ message: String) {
            (self.point, self.body, self.answer) = (point, body, .failure(Problem(code, message)))
        }
    }

    static let cases: [Case] =
        HookPoint.allCases.map { Case($0, "exit 0", .proceed) }
        + [
            // Exit codes, at each point that treats them differently.
            Case(.selectTag, "exit 3", .failed, "it exited with code 3"),
            Case(.prePull, "exit 3", .abort(reason: "it exited with code 3")),
            Case(.verify, "exit 3", .abort(reason: "it exited with code 3")),
            Case(.preUp, "exit 3", .abort(reason: "it exited with code 3")),
            Case(.postUp, "exit 3", .rollBack(reason: "it exited with code 3")),
            Case(.health, "exit 3", .rollBack(reason: "it exited with code 3")),
            Case(.rollback, "exit 3", .failed, "it exited with code 3"),
            Case(.notify, "exit 3", .failed, "it exited with code 3"),
            Case(.webhook, "exit 3", .failed, "it exited with code 3"),
            Case(.command, "exit 3", .abort(reason: "it exited with code 3")),
            Case(.prePull, "exit 75", .postpone(.seconds(600), reason: "it asked for later")),
            Case(.preUp, "exit 75", .postpone(.seconds(600), reason: "it asked for later")),
            Case(.health, "exit 75", .notYet(reason: "not healthy yet")),
            Case(.verify, "exit 75", .invalid, "it answered \"defer\" (exit code 75), which is not possible at verify"),
            Case(
                .postUp, "exit 75", .invalid, "it answered \"defer\" (exit code 75), which is not possible at post-up"),
            // Reasons.
            Case(.prePull, "echo 'reason=disk is full'; echo noise >&2; exit 1", .abort(reason: "disk is full")),
            Case(.prePull, "echo first >&2; echo 'the last' >&2; echo >&2; exit 1", .abort(reason: "the last")),
            Case(.postUp, "printf 'no end of line' >&2; exit 1", .rollBack(reason: "no end of line")),
            Case(.notify, "echo 'no route' >&2; exit 1", .failed, "it exited with code 1: no route"),
            Case(.health, "echo reason=warming; exit 75", .notYet(reason: "warming")),
            Case(.prePull, "echo 'reason=nothing to say'; exit 0", .proceed),
            Case(.prePull, "printf 'reason=\\033[31mred\\r\\n'; exit 1", .abort(reason: "red")),
            // Delays.
            Case(.preUp, "echo delay=1h30m; echo reason=night; exit 75", .postpone(.seconds(5400), reason: "night")),
            Case(
                .preUp, "echo delay=soon; exit 75", .invalid,
                "it answered \"delay=soon\", expected a duration such as \"30m\""),
            Case(
                .preUp, "echo delay=0s; exit 75", .invalid,
                "it answered \"delay=0s\", expected a duration such as \"30m\""),
            Case(.preUp, "echo delay=30m", .invalid, "it answered \"delay=\", but with exit code 0, expected 75"),
            Case(
                .verify, "echo delay=30m; exit 75", .invalid,
                "it answered \"delay=\", which is not possible at verify, only at pre-pull and pre-up"),
            // Tags.
            Case(.selectTag, "echo tag=1.2", .tag("1.2")),
            Case(.selectTag, "echo 'tag=a b'", .invalid, "it answered \"tag=a b\", which is not a tag"),
            Case(
                .prePull, "echo tag=1.2", .invalid,
                "it answered \"tag=\", which is not possible at pre-pull, only at select-tag and webhook"),
            Case(.selectTag, "echo tag=1; echo tag=2", .invalid, "it answered \"tag=\" twice"),
            // Messages.
            Case(.notify, "echo 'message=all is = well'", .rewrite("all is = well")),
            Case(.notify, "echo message=one; echo message=two", .rewrite("one\ntwo")),
            Case(.notify, "echo drop=true", .drop),
            Case(.notify, "echo drop=false", .proceed),
            Case(.notify, "echo drop=yes", .invalid, "it answered \"drop=yes\", expected \"true\" or \"false\""),
            // Arguments.
            Case(.command, "echo argument=--full; echo 'argument=a b'", .rewrite(["--full", "a b"])),
            Case(
                .webhook, "echo service=web; echo service=api; echo tag=1.2",
                .rewrite(["services": ["web", "api"], "tag": "1.2"])),
            Case(
                .webhook, "echo command=backup; echo argument=now",
                .rewrite(["command": "backup", "arguments": ["now"]])),
            Case(.webhook, "true", .proceed),
            // What nobody knows.
            Case(
                .prePull, "echo resaon=x; exit 1", .invalid,
                "it answered \"resaon=\", which is unknown, did you mean \"reason\"?"),
            Case(
                .postUp, "echo colour=red", .invalid, "it answered \"colour=\", which is unknown, expected \"reason=\""),
            Case(
                .prePull, "echo colour=red", .invalid,
                "it answered \"colour=\", which is unknown, expected \"reason=\" or \"delay=\""),
            Case(.postUp, "echo done; echo HOME=/root; echo '= x'; echo 'took 3s: a=b'", .proceed),
            // Bounds.
            Case(
                .command, "i=0; while [ $i -lt 101 ]; do echo argument=$i; i=$((i+1)); done", .limit,
                "it answered with more than 100 lines"),
            Case(
                .notify, "echo message=$(head -c 70000 /dev/zero | tr '\\0' x)", .limit,
                "it answered with more than 64K"),
            // Ends of other kinds.
            Case(.prePull, "kill -9 $$", .failed, "it was ended by signal 9 (KILL)"),
        ]

    @Test("exit code and output are the answer", arguments: cases)
    func answer(case: Case) async {
        let home = HookHome()
        home.tree.script("hooks/\(`case`.point.rawValue).d/x", `case`.body)
        #expect(await home.answers(at: `case`.point) == [`case`.answer])
    }

    @Test("standard error and plain output go to the deploy's log line by line, answers do not")
    func log() async {
        let home = HookHome()
        home.tree.script(
            "hooks/web/post-up.d/20-migrate",
            "echo one >&2; printf 'tw\\033[1mo\\n\\n' >&2; echo reason=x; printf 'three' >&2; echo plain; echo more")
        #expect(await home.answers(at: .postUp) == [.success(.proceed)])
        let prefix = "web/post-up.d/20-migrate: "
        #expect(home.log.allSatisfy { $0.hasPrefix(prefix) })
        let lines = home.log.map { $0.dropFirst(prefix.count) }
        // The two streams come in no fixed order to each other.
        #expect(lines.filter { ["one", "two", "three"].contains($0) } == ["one", "two", "three"])
        #expect(
            lines.filter { !["one", "two", "three"].contains($0) } == [
                "plain", "note: standard output that is not \"key=value\" is only logged", "more",
            ])
    }

    @Test("a flood is read and dropped, and its end is told of: trap 30")
    func flood() async {
        let home = HookHome(limits: HookLimits(output: 10_000))
        home.tree.script(
            "hooks/post-up.d/x", "yes 'a line of plain output' | head -n 200000; echo reason=late; exit 1")
        #expect(await home.answers(at: .postUp) == [.success(.rollBack(reason: "late"))])
        #expect(home.log.count < 1000)
        #expect(home.log.last == "post-up.d/x: … output beyond 10000 is not kept")
    }

    @Test("one that hangs is ended with all that it started: trap 30", .timeLimit(.minutes(1)))
    func hang() async throws {
        let home = HookHome(limits: HookLimits(timeout: .seconds(1)))
        home.tree.script(
            "hooks/post-up.d/x", "sleep 1000 & echo $! > \(home.tree.path("pid")); echo waiting >&2; sleep 1000")
        #expect(
            await home.answers(at: .postUp) == [.failure(Problem(.timeout, "it did not end within 1s and was stopped"))]
        )
        let pid = try #require(home.tree.read("pid").flatMap { pid_t($0.dropLast()) })
        #expect(kill(pid, 0) == -1)
    }

    @Test("one that leaves a process behind does not keep the deploy waiting: trap 30", .timeLimit(.minutes(1)))
    func background() async throws {
        let home = HookHome()
        home.tree.script("hooks/post-up.d/x", "sleep 1000 & echo $! > \(home.tree.path("pid"))")
        #expect(await home.answers(at: .postUp) == [.success(.proceed)])
        let pid = try #require(home.tree.read("pid").flatMap { pid_t($0.dropLast()) })
        #expect(kill(pid, 0) == -1)
    }

    @Test("when the agent is being stopped, it is interrupted and neither done nor failed", .timeLimit(.minutes(1)))
    func interrupted() async throws {
        let home = HookHome()
        home.tree.script("hooks/post-up.d/x", "echo > \(home.tree.path("started")); sleep 1000")
        let run = Task { await home.answers(at: .postUp) }
        while home.tree.read("started") == nil { try await Task.sleep(for: .milliseconds(5)) }
        run.cancel()
        #expect(await run.value == [.failure(Problem(.interrupted, "it was stopped together with the agent"))])
    }

    @Test("one that cannot be started fails with the reason")
    func unstartable() async {
        let home = HookHome()
        home.tree.file("hooks/pre-pull.d/1", "#!/no/such/interpreter\n", mode: 0o755)
        home.tree.file("hooks/pre-pull.d/2", "no program\n", mode: 0o755)
        let answers = await home.answers(at: .prePull)
        #expect(
            answers == [
                .failure(
                    Problem(
                        .notFound,
                        "\"\(home.tree.path("hooks/pre-pull.d/1"))\" could not be started: the interpreter that its first line names does not exist"
                    )),
                .failure(
                    Problem(
                        .invalid,
                        "\"\(home.tree.path("hooks/pre-pull.d/2"))\" could not be started: it is neither a program nor a script that begins with \"#!\" and an interpreter"
                    )),
            ])
    }

    @Test("they run as the user whom the settings name", .enabled(if: geteuid() == 0))
    func user() async throws {
        let home = HookHome(limits: HookLimits(user: "nobody"), environment: ["HOME": "/root", "USER": "root"])
        chmod(home.tree.path, 0o755)
        home.tree.directory("open", mode: 0o1777)
        home.tree.script("hooks/post-up.d/x", "echo \"$(id -un) $USER $LOGNAME $HOME\" > \(home.tree.path("open/who"))")
        #expect(await home.answers(at: .postUp) == [.success(.proceed)])
        #expect(home.tree.read("open/who") == "nobody nobody nobody /nonexistent\n")

        let missing = HookHome(limits: HookLimits(user: "no-such-user"))
        missing.tree.script("hooks/post-up.d/x", "")
        #expect(
            await missing.answers(at: .postUp) == [.failure(Problem(.invalid, "there is no user \"no-such-user\""))])
    }

    @Test(
        "it is idempotent if one of its first ten lines says so",
        arguments: [
            ("#!/bin/sh\n# grapnel: idempotent\n", true),
            ("#!/bin/sh\n" + String(repeating: "#\n", count: 8) + "# grapnel: idempotent", true),
            ("#!/bin/sh\r\n# grapnel: idempotent\r\n", true),
            ("#!/bin/sh\n" + String(repeating: "#\n", count: 9) + "# grapnel: idempotent", false),  // the eleventh
            ("#!/bin/sh\necho '# grapnel: idempotent'\n", false),
            ("\u{7f}ELF\n# grapnel: idempotent\n", false),
        ])
    func idempotent(content: String, expected: Bool) async {
        let home = HookHome()
        home.tree.file("hooks/post-up.d/x", content, mode: 0o755)
        let session = home.directory.session(for: .sample)
        #expect(await session.hooks(at: .postUp).map(\.isIdempotent) == [expected])
        await session.close()
    }
}
