import Glibc
import Hooks
import Lifecycle
import Model
import TestKit
import Testing

/// Every file in `hooks/` is run, with the deploy that `grapnel hooks test` makes up.
@Suite struct SampleHookTests {
    @Test("every hook point has a sample in both languages, and nothing else lies there")
    func samplesAreComplete() throws {
        let expected =
            HookPoint.allCases.flatMap { ["\($0.rawValue).lua", "\($0.rawValue).sh"] }
            + ["README.md", "container.lua"]
        #expect(try Samples.names() == expected.sorted())
    }

    @Test("an executable sample answers as it says", arguments: HookPoint.allCases)
    func executable(point: HookPoint) async throws {
        let answer = try await Samples.run("\(point.rawValue).sh", as: "10-sample", at: point)
        switch point {
        case .selectTag: #expect(answer == .tag("1.1.0"))
        case .notify:
            guard case .rewrite(.string(let message)) = answer else {
                Issue.record("answered \(answer)")
                return
            }
            #expect(message.hasSuffix("] site runs 1.1.0"))
        case .webhook: #expect(answer == .rewrite(["services": ["web"]]))
        default: #expect(answer == .proceed)
        }
    }

    @Test("a Lua sample answers as it says", arguments: HookPoint.allCases)
    func lua(point: HookPoint) async throws {
        let answer = try await Samples.run("\(point.rawValue).lua", as: "10-sample.lua", at: point)
        switch point {
        case .selectTag: #expect(answer == .tag("1.1.0"))
        case .notify: #expect(answer == .rewrite("[deployed] site runs 1.1.0"))
        case .webhook: #expect(answer == .rewrite(["services": ["web"]]))
        // Something may listen there.
        case .health:
            if case .notYet(let reason) = answer {
                #expect(reason.hasPrefix("it answers "))
            } else {
                #expect(answer == .proceed)
            }
        // It depends on the day and the hour, as the sample says.
        case .command:
            #expect([.proceed, .abort(reason: "not on a Friday afternoon")].contains(answer))
        default: #expect(answer == .proceed)
        }
    }

    @Test("an executable sample lists exactly the environment that it gets", arguments: HookPoint.allCases)
    func environment(point: HookPoint) throws {
        let listed = try Samples.read("\(point.rawValue).sh").split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("#   GRAPNEL_") else { return nil }
            return line.dropFirst(4).split(separator: " ").first.map(String.init)
        }
        var event = HookEvent.sample(point, of: Samples.site, at: Timestamp(microseconds: 0))
        if event.request == nil, event.command == nil { event.deploy = .sample }
        let environment = event.environment(inheriting: [:])
        #expect(Set(listed) == Set(environment.values.keys.filter { $0.hasPrefix("GRAPNEL_") }))
        let inherited = try #require(
            Samples.read("\(point.rawValue).sh").split(separator: "\n").first {
                $0.hasPrefix("# and of the agent's own")
            })
        #expect(inherited.hasSuffix(": " + DeployEnvironment.inherited.joined(separator: ", ")))
    }
}

/// `hooks/container.lua`, over a container that does as the test says.
@Suite struct ContainerSampleTests {
    private func run(
        at point: HookPoint, _ change: (inout ScriptedContainer.State) -> Void = { _ in }
    ) async throws -> (HookAnswer, ScriptedContainer, HookHome) {
        let container = ScriptedContainer(change)
        let home = HookHome(container: container)
        home.tree.file("hooks/web.lua", try Samples.read("container.lua"))
        var event = HookEvent(point: point, deploy: .sample)
        if point == .notify {
            event.event = Event(
                at: Timestamp(microseconds: 0), kind: .rolledBack, service: "web", deploy: event.deploy.id,
                message: "web is back at 1.0")
        }
        let answer = try #require(await home.answers(to: event).first).get()
        return (answer, container, home)
    }

    @Test("it makes a backup before the old container stops, and nothing moves without one")
    func backup() async throws {
        let (good, container, _) = try await run(at: .preUp)
        #expect(good == .proceed)
        #expect(container.command == ContainerCommand(["./backup"], timeout: .seconds(50)))
        let (bad, _, _) = try await run(at: .preUp) {
            $0.ending = .exited(code: 1)
            $0.prints = [(.stderr, "no room")]
        }
        #expect(bad == .abort(reason: "the backup failed: no room"))
    }

    @Test("it migrates in the new container, tells how it goes, and rolls back when that fails")
    func migration() async throws {
        let (good, container, home) = try await run(at: .postUp) { $0.prints = [(.stdout, "1 of 2\n2 of 2\n")] }
        #expect(good == .proceed)
        #expect(container.command == ContainerCommand(["./migrate", "up"]))
        #expect(home.log == ["web.lua: 1 of 2", "web.lua: 2 of 2"])
        let (bad, _, _) = try await run(at: .postUp) { $0.ending = .cutOff(aftermath: "it was ended in the container") }
        #expect(
            bad
                == .rollBack(
                    reason: "the migration failed: \"./migrate\" was cut off: it was ended in the container"))
    }

    @Test("it asks the container whether it is healthy")
    func health() async throws {
        #expect(try await run(at: .health).0 == .proceed)
        let (answer, container, _) = try await run(at: .health) { $0.ending = .exited(code: 1) }
        guard case .notYet = answer else {
            Issue.record("answered \(answer)")
            return
        }
        #expect(container.command == ContainerCommand(["./healthy"], timeout: .seconds(5)))
    }

    @Test("it takes the migration back and restarts the old container, unless that fails")
    func rollback() async throws {
        let (_, container, _) = try await run(at: .rollback)
        #expect(container.command == ContainerCommand(["./migrate", "down"]))
        #expect(container.asked == ["run web-1", "restart web-1 long"])
        let (_, failing, home) = try await run(at: .rollback) {
            $0.ending = .exited(code: 1)
            $0.prints = [(.stderr, "no")]
        }
        #expect(failing.asked == ["run web-1"])
        #expect(home.log == ["web.lua: the old release runs, with the new one's data: no"])
    }

    @Test("it adds the last lines of the log to what is told of a rollback")
    func notify() async throws {
        let (answer, container, _) = try await run(at: .notify) { $0.prints = [(.stdout, "a\nb\n")] }
        #expect(answer == .rewrite("web is back at 1.0\na\nb"))
        #expect(container.query == ContainerLogQuery(tail: 3))
    }
}

enum Samples {
    static let site = Service(name: "site", kind: .script(ScriptDefinition(run: ["true"])))

    static var directory: String {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/hooks"
    }

    static func names() throws -> [String] {
        guard let listing = opendir(directory) else { throw Problem(.notFound, "\(directory) cannot be read") }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func read(_ name: String) throws -> String {
        guard let file = fopen("\(directory)/\(name)", "r") else { throw Problem(.notFound, "\(name) cannot be read") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    static func run(_ name: String, as hook: String, at point: HookPoint) async throws -> HookAnswer {
        let home = HookHome(environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
        home.tree.file("hooks/\(point.rawValue).d/\(hook)", try read(name), mode: 0o755)
        let event = HookEvent.sample(point, of: site, at: Timestamp(microseconds: 0))
        let answers = await home.answers(to: event)
        return try #require(answers.first).get()
    }
}
