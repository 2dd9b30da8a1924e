import Crypto
import Files
import HTTPServer
import Hooks
import Lifecycle
import LuaRuntime
import Model
import Synchronization
import TestKit
import Testing

@Suite("Plugins")
struct PluginTests {
    private let tree = FileTree()

    private func catalog() async -> PluginCatalog {
        await PluginCatalog.load(directories: [tree.path("shipped"), tree.path("plugins")])
    }

    private func options(_ members: [(String, LocatedValue)], events: String = "webhook") -> PluginUse {
        let members = members.enumerated().map { line, member in
            LocatedValue.Member(
                key: member.0, keyPosition: Position(file: "grapnel.yaml", line: line + 3, column: 5), value: member.1)
        }
        let position = Position(file: "grapnel.yaml", line: 2, column: 5)
        return PluginUse(
            plugin: events, options: LocatedValue(.object(members), at: position), position: position,
            place: "notify[0]")
    }

    private func text(_ text: String, source: String? = nil, line: Int = 3) -> LocatedValue {
        LocatedValue(
            .string(text), at: Position(file: "grapnel.yaml", line: line, column: 10), source: source ?? text,
            text: text)
    }

    @Test("every file in plugins/ is in the binary")
    func shipped() async throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/plugins"
        var files: [String] = []
        for kind in try Directory.names(in: root) where !kind.hasPrefix("_") {
            files += try Directory.names(in: "\(root)/\(kind)").filter { $0.hasSuffix(".lua") }
                .map { "\(kind)/\($0.dropLast(4))" }
        }
        let catalog = await catalog()
        #expect(catalog.broken == [])
        #expect(catalog.plugins.map(\.name).sorted() == files.sorted())
        #expect(catalog.plugins.allSatisfy { $0.origin == .embedded })
    }

    @Test("a file replaces the one in the binary, and a broken one does not let it through")
    func replacing() async throws {
        let own = """
            return { api = 1, kind = "notify", name = "webhook", summary = "Mine", notify = function() end }
            """
        let path = tree.file("shipped/notify/webhook.lua", own)
        var webhook = try await catalog().find(.notify, "webhook")
        #expect(webhook.manifest.summary == "Mine")
        #expect(webhook.origin == .file(path))
        #expect(webhook.replaced == [.embedded])

        let broken = tree.file("plugins/notify/webhook.lua", "return {")
        var catalog = await catalog()
        #expect(throws: Problem.self) { try catalog.find(.notify, "webhook") }
        #expect(
            catalog.broken.map(\.description) == [
                "\(broken): webhook.lua:1: unexpected symbol near <eof>"
            ])

        tree.file("plugins/notify/webhook.lua", own.replacing("Mine", by: "Better"))
        catalog = await self.catalog()
        webhook = try catalog.find(.notify, "webhook")
        #expect(webhook.manifest.summary == "Better")
        #expect(webhook.replaced == [.embedded, .file(path)])
        #expect(catalog.broken == [])
    }

    static let brokenManifests = [
        ("return 1", "it returns 1, expected a plugin's table"),
        ("return {}", "api: is nil, expected 1"),
        ("return { api = 2 }", "api: is 2, expected 1"),
        (
            "return { api = 1, kind = 'notfy' }",
            "kind: is \"notfy\", did you mean \"notify\"?"
        ),
        (
            "return { api = 1, kind = 'tags' }",
            "kind: is \"tags\", expected \"notify\", as its directory is called"
        ),
        (
            "return { api = 1, kind = 'notify', name = 'y' }",
            "name: is \"y\", expected \"x\", as its file is called"
        ),
        (head + "option = {} }", "\"option\" is not a key of a notify plugin, did you mean \"options\"?"),
        ("return { api = 1, kind = 'notify', name = 'x' }", "summary: is nil, expected a line of text"),
        (head + "}", "notify: is nil, expected a function"),
        (head + "needs = { 'htp' } }", "needs: \"htp\" is not a power, did you mean \"http\"?"),
        (
            option("{ type = 'text' }"),
            "options.a: type: is \"text\", expected one of string, url, boolean, integer, number, duration, list, map"
        ),
        (
            option("{ type = 'url', requird = true }"),
            "options.a: \"requird\" is not a key of an option, did you mean \"required\"?"
        ),
        (option("{ type = 'integer', default = 'x' }"), "options.a: default: is \"x\", expected a whole number"),
        (
            option("{ type = 'string', enum = { 'b' }, default = 'c' }"),
            "options.a: default: is \"c\", expected one of b"
        ),
        (option("{ type = 'string', required = true, default = 'c' }"), "options.a: it is required and has a default"),
        (head + "options = { events = { type = 'list' } } }", "options.events: the name belongs to Grapnel"),
        (
            "agent.log('x')",
            "x.lua:1: attempt to index a nil value (global 'agent')"
        ),
    ]

    private static let head = "return { api = 1, kind = 'notify', name = 'x', summary = 's', "
    private static func option(_ text: String) -> String { head + "options = { a = \(text) } }" }

    @Test("the names of options that belong to Grapnel are those of the plugin's own kind")
    func reservedNames() async {
        for name in ["password", "events"] {
            tree.file(
                "plugins/registry/own.lua",
                "return { api = 1, kind = 'registry', name = 'own', summary = 's', credentials = function() end, "
                    + "options = { \(name) = { type = 'string' } } }")
            let broken = await catalog().broken.map(\.description)
            let path = tree.path("plugins/registry/own.lua")
            #expect(broken == (name == "events" ? [] : ["\(path): options.password: the name belongs to Grapnel"]))
        }
    }

    @Test("a broken plugin is told of by its file, and passed over", arguments: brokenManifests)
    func broken(source: String, message: String) async {
        let path = tree.file("plugins/notify/x.lua", source)
        let catalog = await catalog()
        #expect(catalog.broken.map(\.description) == ["\(path): \(message)"])
        #expect(catalog.plugins.allSatisfy { $0.origin == .embedded })
    }

    @Test("what others can write, and what lies in the wrong place, is not used")
    func untrusted() async {
        let open = tree.file("plugins/notify/open.lua", "return {}", mode: 0o666)
        tree.file("plugins/notify/Upper.lua", "return {}")
        tree.file("plugins/notfy/x.lua", "return {}")
        tree.file("plugins/notify/README.md", "")
        tree.file("plugins/_meta/grapnel.lua", "")
        #expect(
            await catalog().broken.map(\.description) == [
                "\(tree.path)/plugins/notfy: not a kind of plugin, did you mean \"notify\"?",
                "\(tree.path)/plugins/notify/Upper.lua: expected a name of small letters, digits and \"-\"",
                "\(open): it is writable by everyone (mode 0666)",
            ])
    }

    @Test("options that do not fit are told of with their places, and secrets are not quoted")
    func mistakes() async {
        let catalog = await catalog()
        let use = options([
            ("uri", text("https://example.com")),
            ("url", text("not-a-url-but-secret", source: "${URL}", line: 4)),
            ("timeout", text("soon", line: 5)),
            ("method", text("GET", line: 6)),
            ("headers", text("X", line: 7)),
        ])
        #expect(
            catalog.check(use, as: .notify, allowed: [.exec]).map(\.description) == [
                "grapnel.yaml:2:5: notify[0].plugin: \"webhook\" needs \"http\", which is not among hooks.allow",
                "grapnel.yaml:3:5: notify[0].uri: \"webhook\" has no option \"uri\", did you mean \"url\"?",
                "grapnel.yaml:4:10: notify[0].url: expected a URL such as \"https://example.com/\"",
                "grapnel.yaml:5:10: notify[0].timeout: \"soon\" is not possible, expected a duration such as \"30s\"",
                "grapnel.yaml:6:10: notify[0].method: \"GET\" is not possible, expected one of POST, PUT, PATCH",
                "grapnel.yaml:7:10: notify[0].headers: expected a mapping of names to texts",
            ])
        #expect(
            catalog.check(options([]), as: .notify, allowed: [.http]).map(\.description) == [
                "grapnel.yaml:2:5: notify[0].url: is missing, expected a URL such as \"https://example.com/\""
            ])
        #expect(
            catalog.check(options([], events: "webhok"), as: .notify, allowed: []).map(\.description) == [
                "grapnel.yaml:2:5: notify[0].plugin: there is no notify plugin \"webhok\", did you mean \"webhook\"?"
            ])
    }

    // MARK: Telling

    private func channel(
        _ use: PluginUse, events: Set<Event.Kind>? = nil, services: Set<String>? = nil,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> NotifyPlugin {
        let catalog = await catalog()
        #expect(catalog.check(use, as: .notify, allowed: Set(Power.allCases)) == [])
        return NotifyPlugin(
            try catalog.find(.notify, use.plugin), use, events: events, services: services,
            surroundings: HookHome().surroundings, log: log)
    }

    private let event = Event(
        at: Timestamp(microseconds: 1_800_000_000_000_000), kind: .rolledBack, service: "web", message: "it was bad",
        to: .image(reference: "web:2", digest: "sha256:b"))

    @Test("webhook posts the event, signed")
    func webhook() async throws {
        let received = Mutex<[ServerRequest]>([])
        let server = try HTTPServer(.tcp(host: "127.0.0.1", port: 0)) { request in
            received.withLock { $0.append(request) }
            return .full(status: request.path == "/ok" ? 204 : 500)
        }
        let url = "http://127.0.0.1:\(server.port)"
        let headers = LocatedValue(
            .object([
                .init(
                    key: "Authorization", keyPosition: Position(file: "g", line: 1, column: 1), value: text("Bearer x"))
            ]), at: Position(file: "g", line: 1, column: 1))
        try await channel(options([("url", text(url + "/ok")), ("secret", text("key")), ("headers", headers)])).send(
            event)
        let request = try #require(received.withLock { $0.first })
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"at":"2027-01-15T08:00:00.000Z","event":"rolled-back","message":"it was bad","service":"web","#
                + #""to":{"digest":"sha256:b","image":"web:2"}}"#)
        #expect(request.method == "POST")
        #expect(request.headers["Content-Type"] == "application/json")
        #expect(request.headers["Authorization"] == "Bearer x")
        let signature = Hex.encode(Hash.sha256.authentication(of: request.body, key: Array("key".utf8)))
        #expect(request.headers["X-Signature"] == "sha256=" + signature)

        await #expect(throws: Problem(.failed, "notify/webhook.lua:34: the receiver answered with status 500")) {
            try await channel(options([("url", text(url + "/bad")), ("method", text("PUT"))])).send(event)
        }
        let second = try #require(received.withLock { $0.last })
        #expect(second.method == "PUT")
        #expect(second.headers["X-Signature"] == nil)
        let port = server.port
        await server.stop(grace: .zero)
        await #expect(
            throws: Problem(.failed, "notify/webhook.lua:32: POST http://127.0.0.1:\(port)/…: connection refused")
        ) {
            try await channel(options([("url", text(url + "/token"))])).send(event)
        }
    }

    @Test("a channel gets the events and services that it is for")
    func wants() async throws {
        let use = options([("url", text("http://127.0.0.1:1/"))])
        func event(_ kind: Event.Kind, _ service: String?) -> Event {
            Event(at: Timestamp(microseconds: 0), kind: kind, service: service, message: "")
        }
        let usual = try await channel(use)
        #expect(
            Event.Kind.allCases.filter { usual.wants(event($0, "web")) } == [
                .deployed, .rolledBack, .failed, .aborted, .waiting, .recovered, .journalRestored,
            ])
        #expect(usual.name == "notify[0] (webhook)")
        let own = try await channel(use, events: [.paused, .journalRestored], services: ["web"])
        #expect(own.wants(event(.paused, "web")))
        #expect(!own.wants(event(.paused, "api")))
        #expect(!own.wants(event(.deployed, "web")))
        #expect(own.wants(event(.journalRestored, nil)))
    }

    @Test("a plugin's own words never show a secret option, and each event finds a fresh state")
    func secrecy() async throws {
        tree.file(
            "plugins/notify/leaky.lua",
            """
            local count = 0
            return {
              api = 1, kind = "notify", name = "leaky", summary = "Leaks",
              options = {
                token = { type = "string", required = true, secret = true },
                times = { type = "integer", default = 3 }, tags = { type = "list" }, loud = { type = "boolean" },
              },
              notify = function(event, options, agent)
                count = count + 1
                agent.log(event.event .. count .. options.token .. options.times .. #options.tags .. tostring(options.loud))
                if options.loud then return nil, "failed" end
                error("with " .. options.token)
              end,
            }
            """)
        let place = Position(file: "g", line: 1, column: 1)
        let lines = Mutex<[String]>([])
        let tags = LocatedValue(.array([text("a"), text("b")]), at: place)
        let token = ("token", text("hunter22"))
        let leaky = try await channel(options([token, ("tags", tags)], events: "leaky")) { line in
            lines.withLock { $0.append(line) }
        }
        for _ in 0..<2 {
            await #expect(throws: Problem(.failed, "notify/leaky.lua:12: with (secret)")) {
                try await leaky.send(event)
            }
        }
        #expect(
            lines.withLock { $0 } == Array(repeating: "notify[0] (leaky): rolled-back1(secret)32nil", count: 2))
        let loud = ("loud", LocatedValue(.bool(true), at: place, source: "true", text: "true"))
        let returning = try await channel(options([token, ("tags", tags), loud], events: "leaky"))
        await #expect(throws: Problem(.invalid, "notify/leaky.lua: it returned \"failed\", expected nothing")) {
            try await returning.send(event)
        }
    }

    @Test("a plugin that does not end is ended")
    func overrun() async throws {
        tree.file(
            "plugins/notify/slow.lua",
            "return { api = 1, kind = 'notify', name = 'slow', summary = 's', notify = function() while true do end end }"
        )
        var surroundings = HookHome().surroundings
        surroundings.limits.timeout = .milliseconds(300)
        let slow = NotifyPlugin(
            try await catalog().find(.notify, "slow"), options([], events: "slow"), events: nil, services: nil,
            surroundings: surroundings, log: { _ in })
        do {
            try await slow.send(event)
            Issue.record("it ended")
        } catch {
            #expect(error.code == .timeout)
        }
    }

    @Test("an author's file is checked in any directory")
    func check() async throws {
        let good = tree.file(
            "mine.lua", "return { api = 1, kind = 'notify', name = 'mine', summary = 's', notify = function() end }")
        #expect(try await PluginCatalog.check(file: good).kind == .notify)
        let bad = tree.file("tags/other.lua", "return { api = 1, kind = 'notify', name = 'other', summary = 's' }")
        await #expect(
            throws: Problem(.invalid, "\(bad): kind: is \"notify\", expected \"tags\", as its directory is called")
        ) { try await PluginCatalog.check(file: bad) }
    }
}

extension String {
    fileprivate func replacing(_ word: String, by other: String) -> String {
        var rest = self[...]
        var result = ""
        while !rest.isEmpty {
            if rest.hasPrefix(word) {
                result += other
                rest = rest.dropFirst(word.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
