import Lifecycle
import Model
import Scripts
import TestKit
import Testing

@Suite struct PlanTests {
    private func state(current: String? = "c", previous: String? = nil) -> ServiceState {
        var state = ServiceState(name: "site")
        state.current = current.map(Release.revision)
        state.previous = previous.map(Release.revision)
        return state
    }

    @Test func aTagIsTheRevisionItself() async throws {
        var site = Site("./deploy.sh")
        site.wish = Wish(.tag("v1.2"))
        let plan = try await site.driver.plan(site.deploy, chosen: nil, state: state())
        #expect(plan == Plan(from: .revision("c"), to: .revision("v1.2")))
    }

    @Test(arguments: [
        ("", "", "it is empty"),
        // A program would take it for an option.
        ("--upload-pack=x", "--upload-pack=x", #"it begins with "-""#),
        ("a\nb", "a\u{FFFD}b", "it contains the character U+A"),
        (String(repeating: "x", count: 201), String(repeating: "x", count: 80), "it is longer than 200 characters"),
    ])
    func whatAShellScriptCouldStumbleOverIsNoRevision(tag: String, shown: String, fault: String) async {
        var site = Site("./deploy.sh")
        site.wish = Wish(.tag(tag))
        let text =
            "services.site: \"\(shown)\" cannot name a revision: \(fault), expected 1 to 200 printable characters"
        await #expect(throws: Problem(.usage, text)) {
            try await site.driver.plan(site.deploy, chosen: nil, state: state())
        }
    }

    @Test func thereIsNoImage() async {
        var site = Site("./deploy.sh")
        site.wish = Wish(.image("nginx:1"))
        let text = "services.site: a script has no image; deploy --tag REVISION names the revision to deploy"
        await #expect(throws: Problem(.usage, text)) {
            try await site.driver.plan(site.deploy, chosen: nil, state: state())
        }
    }

    @Test func goingBackNeedsAScriptThatCan() async {
        var site = Site("./deploy.sh")
        site.wish = Wish(.previous)
        let text = """
            services.site.script has no "rollback": nothing knows how to go back; deploy --tag REVISION runs the \
            script with that revision
            """
        await #expect(throws: Problem(.usage, text)) {
            try await site.driver.plan(site.deploy, chosen: nil, state: state(previous: "b"))
        }
    }

    @Test func goingBackNeedsSomethingToGoBackTo() async {
        var site = Site("./deploy.sh")
        site.definition.rollback = ["./rollback.sh"]
        site.wish = Wish(.previous)
        let text = """
            services.site: no earlier revision is known to go back to; deploy --tag REVISION runs the script with \
            that revision
            """
        await #expect(throws: Problem(.usage, text)) {
            try await site.driver.plan(site.deploy, chosen: nil, state: state())
        }
    }

    @Test func goingBackGoesToThePreviousRevision() async throws {
        var site = Site("./deploy.sh")
        site.definition.rollback = ["./rollback.sh"]
        site.wish = Wish(.previous)
        let plan = try await site.driver.plan(site.deploy, chosen: nil, state: state(previous: "b"))
        #expect(plan == Plan(from: .revision("c"), to: .revision("b")))
    }

    @Test func aHooksChoiceComesFirst() async throws {
        var site = Site("./deploy.sh")
        site.definition.revision = ["/bin/false"]
        let plan = try await site.driver.plan(site.deploy, chosen: "hooked", state: state())
        #expect(plan.to == .revision("hooked"))
    }

    @Test func otherwiseTheFirstLineOfTheRevisionCommandCounts() async throws {
        var site = Site("./deploy.sh")
        site.directory.script("revision", "echo '  1a2b3c \t'; echo another; echo warning >&2")
        site.definition.revision = ["./revision"]
        let plan = try await site.driver.plan(site.deploy, chosen: nil, state: state(current: nil))
        #expect(plan == Plan(from: nil, to: .revision("1a2b3c")))
    }

    @Test func whatStandsBehindATabIsNoPartOfTheRevision() async throws {
        var site = Site("./deploy.sh")
        site.definition.revision = ["printf", "1a2b3c\\trefs/heads/main\\n"]
        let plan = try await site.driver.plan(site.deploy, chosen: nil, state: state())
        #expect(plan.to == .revision("1a2b3c"))
    }

    @Test func theRevisionIsAskedForOnceInADeployAndAnewInTheNext() async throws {
        var site = Site("./deploy.sh")
        site.directory.script("revision", "echo x >>calls; wc -l <calls")
        site.definition.revision = ["./revision"]
        let driver = site.driver
        #expect(try await driver.candidates(site.deploy)?.tags == ["1"])
        #expect(try await driver.plan(site.deploy, chosen: nil, state: state()).to == .revision("1"))
        #expect(site.directory.read("calls") == "x\n")

        #expect(try await driver.candidates(site.deploy)?.tags == ["2"])
        site.id = "another"
        #expect(try await driver.plan(site.deploy, chosen: nil, state: state()).to == .revision("3"))
    }

    @Test func withoutARevisionCommandEachDeployIsARevisionOfItsOwn() async throws {
        let site = Site("./deploy.sh")
        #expect(try await site.driver.candidates(site.deploy)?.tags == [])
        let plan = try await site.driver.plan(site.deploy, chosen: nil, state: state(current: "run-0abcde1233"))
        #expect(plan.to == .revision("run-0abcde1234"))
    }

    @Test func aPollDoesNotRunAScriptWithoutKnowingThatThereIsSomethingNew() async throws {
        var site = Site("./deploy.sh")
        site.trigger = Trigger(.poll)
        let plan = try await site.driver.plan(site.deploy, chosen: nil, state: state())
        #expect(plan.to == nil)
        #expect(plan.reason == #"services.site.script has no "revision": a poll cannot see what is new"#)
        #expect(try await site.driver.plan(site.deploy, chosen: "x", state: state()).to == .revision("x"))
    }

    @Test(arguments: [
        // It failed: what is new is unknown, never "unchanged".
        (
            "echo abc; echo 'fatal: no remote' >&2; exit 128", Problem.Code.failed,
            "./revision exited with code 128: fatal: no remote"
        ),
        ("exec sleep 60", .timeout, "./revision did not end within 1s and was stopped"),
        ("echo; echo abc", .invalid, "the first line of its output is empty, expected a revision"),
        ("true", .invalid, "the first line of its output is empty, expected a revision"),
        (
            "head -c 10000 /dev/zero | tr '\\0' x", .invalid,
            "its output has no end of line, expected a revision on a line of its own"
        ),
        (
            "printf 'a\\033[1mb\\n'", .invalid,
            "\"ab\" cannot name a revision: it contains the character U+1B, expected 1 to 200 printable characters"
        ),
        (
            "printf '\\377\\n'", .invalid,
            "\"\u{FFFD}\" cannot name a revision: it contains the character U+FFFD, "
                + "expected 1 to 200 printable characters"
        ),
    ])
    func aRevisionThatIsNotKnownIsAProblem(body: String, code: Problem.Code, text: String) async {
        var site = Site("./deploy.sh")
        site.directory.script("revision", body)
        site.definition.revision = ["./revision"]
        site.definition.timeout = code == .timeout ? .seconds(1) : .seconds(600)
        let expected = Problem(code, "services.site.script.revision: \(text)")
        await #expect(throws: expected) { try await site.driver.candidates(site.deploy) }
        await #expect(throws: expected) { try await site.driver.plan(site.deploy, chosen: nil, state: state()) }
    }

    @Test func aRevisionCommandThatIsNotThereIsNamed() async {
        var site = Site("./deploy.sh")
        site.definition.revision = ["./revision"]
        let text = #"services.site.script.revision: "./revision" could not be started: no such file or directory"#
        await #expect(throws: Problem(.notFound, text)) { try await site.driver.candidates(site.deploy) }
    }
}
