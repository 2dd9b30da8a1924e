import HTTPClient
import Lifecycle
import Model
import Testing

/// What changes something.
struct OrderTests {
    private let served: ServedAgent
    private var agent: StandInAgent { served.agent }

    init() throws { served = try ServedAgent() }

    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        var body = ""
        let call: String
        let answer: JSON
        var testDescription: String { "\(path) \(body)" }
    }

    private static let by = ServedAgent.user

    @Test(arguments: [
        Case(path: "/v1/services/site/pause", call: #"pause site "paused" by \#(by)"#, answer: ["paused": true]),
        Case(
            path: "/v1/services/site/pause", body: #"{"reason":"holidays"}"#,
            call: #"pause site "holidays" by \#(by)"#, answer: ["paused": true]),
        Case(path: "/v1/services/site/resume", call: #"resume site by \#(by)"#, answer: ["paused": false]),
        Case(path: "/v1/pause", call: #"pause everything "paused" by \#(by)"#, answer: ["paused": true]),
        Case(
            path: "/v1/pause", body: #"{"reason":"holidays","unknown":1}"#,
            call: #"pause everything "holidays" by \#(by)"#, answer: ["paused": true]),
        Case(path: "/v1/resume", call: #"resume everything by \#(by)"#, answer: ["paused": false]),
        Case(
            path: "/v1/services/site/unblock", call: "unblock site all", answer: ["unblocked": [Sample.block.json]]),
        Case(
            path: "/v1/services/site/unblock", body: #"{"release":"v1"}"#, call: "unblock site v1",
            answer: ["unblocked": [Sample.block.json]]),
        Case(path: "/v1/prune", call: "prune all", answer: Sample.prune.json),
        Case(
            path: "/v1/prune", body: #"{"services":["web","db"],"dry_run":true}"#, call: "prune web+db dry",
            answer: [
                "dry_run": false, "freed": 900, "nameless": 2,
                "images": [
                    ["image": "shop/web@0123", "services": ["web"], "fate": "removed", "size": 1000, "reason": nil],
                    [
                        "image": "db@4567", "services": ["db"], "fate": "stays", "size": 2000,
                        "reason": "it is what db runs",
                    ],
                ],
            ]),
        Case(path: "/v1/reload", call: "reload", answer: ["warnings": ["services.site: it is odd"]]),
    ])
    func `every order reaches the agent once`(_ one: Case) async throws {
        let response = try await served.ask("POST", one.path, one.body)
        #expect(response.status == 200)
        #expect(response.json == one.answer)
        #expect(agent.calls == [one.call])
    }

    @Test(arguments: [
        ("deploy", "", #"{"target":"follow","value":null,"force":false}"#),
        ("deploy", "{}", #"{"target":"follow","value":null,"force":false}"#),
        ("deploy", #"{"tag":"v2","image":null,"force":true}"#, #"{"target":"tag","value":"v2","force":true}"#),
        ("deploy", #"{"image":"shop/web:1"}"#, #"{"target":"image","value":"shop/web:1","force":false}"#),
        ("rollback", "", #"{"target":"previous","value":null,"force":false}"#),
        ("rollback", #"{"force":true}"#, #"{"target":"previous","value":null,"force":true}"#),
    ])
    func `a deploy is answered at once with its id, and who asked is noted`(
        _ order: String, _ body: String, _ wish: String
    ) async throws {
        let response = try await served.ask("POST", "/v1/services/site/\(order)", body)
        #expect(response.status == 202)
        let asked = try #require(Wish(json: JSON(parsing: wish))).shortText
        #expect(response.json == ["id": "0abcde1234", "status": "queued", "asked": .string(asked)])
        #expect(agent.calls == ["deploy site \(wish) by command-line \(ServedAgent.user)"])
    }

    @Test func `a deploy that becomes part of another has that one's id`() async throws {
        agent.change { $0.accepted = .coalesced(Sample.id) }
        let response = try await served.ask("POST", "/v1/services/site/deploy")
        #expect(response.status == 202)
        #expect(response.json == ["id": "0abcde1234", "status": "coalesced", "asked": "the newest release"])
    }

    @Test func `a deploy that will not be has a reason and no id`() async throws {
        agent.change { $0.accepted = .declined(reason: "site is held: v1 was asked for") }
        let response = try await served.ask("POST", "/v1/services/site/deploy")
        #expect(response.status == 200)
        #expect(response.json == ["id": nil, "status": "declined", "reason": "site is held: v1 was asked for"])
    }
}
