import Glibc
import Lifecycle
import Model
import Scripts
import TestKit
import Testing

/// What cannot be started is found before anything has changed; and when it is only found later, nothing is undone.
@Suite struct StartTests {
    private func expectProblem(_ site: Site, _ code: Problem.Code, pull: String, up: String) async throws {
        await #expect(throws: Problem(code, pull)) { try await site.pull() }
        #expect(site.journal.names.isEmpty)

        await #expect(throws: Problem(code, up)) { try await site.up() }
        #expect(site.journal.names == ["run intent", "run result"])
        #expect(try await site.undo() == .restored)
        #expect(site.directory.read("undone") == nil)
    }

    private func site() -> Site {
        var site = Site("./deploy.sh")
        site.directory.script("deploy.sh", "true")
        site.definition.rollback = [site.directory.script("rollback.sh", "touch \(site.directory.path)/undone")]
        return site
    }

    @Test func whatCanBeStartedPasses() async throws {
        let site = site()
        try await site.pull()
        #expect(site.journal.lines.isEmpty)
        try await site.up()
    }

    @Test func aDirectoryThatIsNotThere() async throws {
        var site = site()
        site.definition.directory = "/nowhere/at/all"
        try await expectProblem(
            site, .notFound, pull: #"services.site.script.directory: "/nowhere/at/all" does not exist"#,
            up: #""./deploy.sh" could not be started: directory "/nowhere/at/all": no such file or directory"#)
    }

    @Test func aDirectoryThatIsAFile() async {
        var site = site()
        site.definition.directory = site.directory.path + "/deploy.sh"
        let text = "services.site.script.directory: \"\(site.directory.path)/deploy.sh\" is not a directory"
        await #expect(throws: Problem(.invalid, text)) { try await site.pull() }
    }

    @Test func aScriptThatIsNotThere() async throws {
        let site = site()
        site.directory.remove("deploy.sh")
        try await expectProblem(
            site, .notFound,
            pull: "services.site.script.run: there is no \"./deploy.sh\" in \"\(site.directory.path)\"",
            up: #""./deploy.sh" could not be started: no such file or directory"#)
    }

    @Test func aScriptThatIsNotExecutable() async throws {
        let site = site()
        site.directory.script("deploy.sh", "", mode: 0o644)
        let pull =
            "services.site.script.run: \"./deploy.sh\" in \"\(site.directory.path)\" is not executable, "
            + "expected for example chmod +x"
        try await expectProblem(
            site, .forbidden, pull: pull, up: #""./deploy.sh" could not be started: it is not executable"#)
    }

    @Test func aUserThatIsNotThere() async throws {
        var site = site()
        site.definition.user = "nobody-here:nogroup"
        try await expectProblem(
            site, .invalid, pull: #"services.site.script.user: there is no user "nobody-here""#,
            up: #"there is no user "nobody-here""#)
    }

    @Test func anInterpreterThatIsNotThere() async throws {
        let site = site()
        site.directory.file("deploy.sh", "#!/nowhere/python\n", mode: 0o755)
        let text = #""./deploy.sh" could not be started: the interpreter that its first line names does not exist"#
        try await site.pull()
        await #expect(throws: Problem(.notFound, text)) { try await site.up() }
        #expect(try await site.undo() == .restored)
        #expect(site.directory.read("undone") == nil)
    }

    @Test func aRollbackScriptThatIsMissingIsOnlyAWarning() async throws {
        let site = site()
        site.directory.remove("rollback.sh")
        try await site.pull()
        #expect(
            site.journal.lines == [
                "services.site.script.rollback: there is no \"\(site.directory.path)/rollback.sh\"; "
                    + "as things are, a failed deploy could not be undone"
            ])
    }

    @Test func goingBackNeedsItsScript() async {
        var site = site()
        site.directory.remove("rollback.sh")
        site.wish = Wish(.previous)
        let text = "services.site.script.rollback: there is no \"\(site.directory.path)/rollback.sh\""
        await #expect(throws: Problem(.notFound, text)) { try await site.pull() }
    }
}
