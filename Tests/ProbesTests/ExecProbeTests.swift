import Glibc
import Lifecycle
import Model
import Testing

@Suite struct ExecProbeTests {
    private func finding(_ exec: String..., timeout: Duration = .seconds(30), script: ScriptDefinition? = nil)
        async throws -> String?
    {
        let kind: ServiceKind = script.map { .script($0) } ?? .container(ContainerDefinition(container: "web"))
        switch try await probe(HealthDefinition(exec: .init(exec), timeout: timeout), kind: kind) {
        case .notYet(let reason): return reason
        default: return nil
        }
    }

    @Test func aProgramThatFailsSaysWhy() async throws {
        #expect(try await finding("/bin/true") == nil)
        #expect(try await finding("/bin/false") == "exec /bin/false: exited with code 1")
        let why = try await finding("sh", "-c", "echo out; echo first >&2; echo no database >&2; exit 4")
        #expect(why == "exec sh: exited with code 4: no database")
    }

    @Test func aProgramThatHangsIsEnded() async throws {
        let why = try await finding("sleep", "600", timeout: .milliseconds(300))
        #expect(why == "exec sleep: did not end within 300ms and was stopped")
    }

    @Test func aProgramThatCannotBeStartedHasFoundNothing() async throws {
        await #expect(
            throws: Problem(
                .notFound, "exec /nowhere/check: could not be started: no such file or directory")
        ) { try await finding("/nowhere/check") }
        await #expect(
            throws: Problem(
                .notFound,
                "exec no-such-program: could not be started: there is no such program in PATH (/usr/bin:/bin)")
        ) { try await finding("no-such-program") }
    }

    @Test func itGetsTheEnvironmentOfTheDeployAndNothingElse() async throws {
        func names(_ filter: String) async throws -> String? {
            try await finding("sh", "-c", "env | sed 's/=.*//' | \(filter) | sort | tr '\\n' ' ' >&2; exit 1")
        }
        #expect(
            try await names("grep -v '^GRAPNEL_' | grep -vx 'PWD\\|OLDPWD\\|SHLVL\\|_'")
                == "exec sh: exited with code 1: HOME LOGNAME PATH SHELL USER")
        #expect(
            try await names("grep '^GRAPNEL_'") == """
                exec sh: exited with code 1: GRAPNEL_ATTEMPT GRAPNEL_BY GRAPNEL_CONTAINER GRAPNEL_DEPLOY \
                GRAPNEL_DRIVER GRAPNEL_FORCE GRAPNEL_FROM GRAPNEL_FROM_DIGEST GRAPNEL_FROM_IMAGE GRAPNEL_REASON \
                GRAPNEL_SERVICE GRAPNEL_TO GRAPNEL_TO_DIGEST GRAPNEL_TO_IMAGE GRAPNEL_TRIGGER
                """)
    }

    @Test(.enabled(if: geteuid() == 0))
    func forAScriptServiceItRunsWhereAndAsTheScriptsDo() async throws {
        let script = ScriptDefinition(
            run: ["/bin/true"], directory: "/usr", user: "nobody", environment: ["COLOUR": "red"])
        let why = try await finding("sh", "-c", "echo $(id -un) $(pwd) $COLOUR >&2; exit 1", script: script)
        #expect(why == "exec sh: exited with code 1: nobody /usr red")
    }
}
