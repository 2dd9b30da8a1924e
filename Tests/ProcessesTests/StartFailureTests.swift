import Glibc
import Model
import Processes
import TestKit
import Testing

@Suite struct StartFailureTests {
    private func failure(
        _ arguments: [String], _ change: (inout ProcessSpec) -> Void = { _ in }
    ) async -> String? {
        var spec = ProcessSpec(arguments)
        spec.environment = ["PATH": testPath]
        change(&spec)
        let problem = await problem { () throws(Problem) in try await Process.run(spec) }
        return problem.map { "\($0.code.rawValue): \($0)" }
    }

    @Test func aMissingProgram() async {
        #expect(
            await failure(["./deploy.sh"])
                == #"not-found: "./deploy.sh" could not be started: no such file or directory"#)
        #expect(
            await failure(["deploy-web"])
                == #"not-found: "deploy-web" could not be started: "#
                + "there is no such program in PATH (/usr/local/bin:/usr/bin:/bin)")
    }

    @Test func aMissingDirectory() async {
        #expect(
            await failure(["true"]) { $0.directory = "/srv/nowhere" }
                == #"not-found: "true" could not be started: directory "/srv/nowhere": no such file or directory"#)
    }

    @Test func filesThatCannotBeExecuted() async {
        let home = FileTree()
        home.script("plain", "", mode: 0o644)
        home.file("no-interpreter", "#!/usr/bin/nowhere\n", mode: 0o755)
        home.file("no-first-line", "echo hello\n", mode: 0o755)
        func failure(_ program: String) async -> String? {
            await self.failure([program]) { $0.directory = home.path }
        }
        #expect(await failure("./plain") == #"forbidden: "./plain" could not be started: it is not executable"#)
        #expect(
            await failure("\(home.path)/plain")
                == "forbidden: \"\(home.path)/plain\" could not be started: it is not executable")
        #expect(await failure("/tmp") == #"forbidden: "/tmp" could not be started: permission denied"#)
        #expect(
            await failure("./no-interpreter")
                == #"not-found: "./no-interpreter" could not be started: "#
                + "the interpreter that its first line names does not exist")
        #expect(
            await failure("./no-first-line")
                == #"invalid: "./no-first-line" could not be started: "#
                + ##"it is neither a program nor a script that begins with "#!" and an interpreter"##)
    }

    @Test func unknownUsersAndGroups() async {
        #expect(
            await failure(["true"]) { $0.user = "nobody-here" }
                == #"invalid: "true" could not be started: there is no user "nobody-here""#)
        #expect(
            await failure(["true"]) { $0.user = "nobody:no-such-group" }
                == #"invalid: "true" could not be started: there is no group "no-such-group""#)
    }

    @Test func argumentsThatCWouldCutShort() async {
        #expect(await failure([]) == "invalid: no program was given to start")
        #expect(
            await failure(["true", "a\0b"])
                == #"invalid: "true" could not be started: argument 1 contains a NUL character"#)
        #expect(
            await failure(["true"]) { $0.environment["A"] = "a\0b" }
                == #"invalid: "true" could not be started: environment variable "A" contains a NUL character"#)
        #expect(
            await failure(["true"]) { $0.environment["A=B"] = "" }
                == #"invalid: "true" could not be started: "A=B" cannot be the name of an environment variable"#)
        #expect(
            await failure(["true"]) { $0.directory = "/tmp\0" }
                == #"invalid: "true" could not be started: the directory's name contains a NUL character"#)
    }

    @Test func argumentsThatAreTooLong() async {
        #expect(
            await failure(["true", String(repeating: "a", count: 200_000)])
                == #"limit: "true" could not be started: argument list too long"#)
    }

    @Test func aProgramThatIsStillBeingWrittenIsWaitedForAndThenReported() async {
        let home = FileTree()
        let path = home.script("busy", "")
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(await failure([path]) == "failed: \"\(path)\" could not be started: text file busy")
    }

    @Test func afterManyFailuresNoDescriptorIsMissing() async throws {
        let before = openDescriptors()
        for _ in 0..<1000 { _ = await failure(["./nothing"]) }
        // Other tests run at the same time and have some open.
        #expect(await wait { openDescriptors() < before + 500 })
    }
}
