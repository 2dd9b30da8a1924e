import HTTPClient
import Lifecycle
import Model
import Testing

/// What can be asked without changing anything.
struct AskingTests {
    private let served: ServedAgent
    private var agent: StandInAgent { served.agent }

    init() throws { served = try ServedAgent() }

    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let calls: [String]
        let answer: JSON
        var testDescription: String { path }
    }

    static let follow = #"{"target":"follow","value":null,"force":false}"#

    @Test(arguments: [
        Case(path: "/health", calls: [], answer: ["status": "ok", "version": "1.2.3"]),
        Case(path: "/v1/services", calls: ["services"], answer: [Sample.report.json]),
        Case(path: "/v1/services/site", calls: ["service site"], answer: Sample.report.json),
        Case(path: "//v1/services/site/", calls: ["service site"], answer: Sample.report.json),
        Case(path: "/v1/services/s%69te", calls: ["service site"], answer: Sample.report.json),
        Case(path: "/v1/services/site/plan", calls: ["plan site \(follow)"], answer: Sample.plan.json),
        Case(
            path: "/v1/services/site/plan?force=true&tag=v2+beta",
            calls: [#"plan site {"target":"tag","value":"v2 beta","force":true}"#], answer: Sample.plan.json),
        Case(
            path: "/v1/services/site/plan?image=shop%2Fweb:1&force=false",
            calls: [#"plan site {"target":"image","value":"shop/web:1","force":false}"#], answer: Sample.plan.json),
        Case(path: "/v1/deploys", calls: ["history all 50"], answer: [Sample.deploy.json]),
        Case(path: "/v1/deploys?service=site&limit=1", calls: ["history site 1"], answer: [Sample.deploy.json]),
        Case(path: "/v1/deploys?limit=1000", calls: ["history all 1000"], answer: [Sample.deploy.json]),
        Case(path: "/v1/deploys/0abcde1234", calls: ["show 0abcde1234"], answer: Sample.deploy.json),
        // What follows the id is asked of the deploy that its beginning means.
        Case(path: "/v1/deploys/0ab/outcome", calls: ["show 0ab", "outcome 0abcde1234"], answer: Sample.deploy.json),
        Case(path: "/v1/stranded", calls: ["stranded"], answer: [Sample.deploy.json]),
        Case(path: "/v1/blocked", calls: ["blocks all"], answer: [Sample.block.json]),
        Case(path: "/v1/blocked?service=site", calls: ["blocks site"], answer: [Sample.block.json]),
    ])
    func `every question reaches the agent, and its answer is JSON on a line`(_ one: Case) async throws {
        let response = try await served.ask("GET", one.path)
        #expect(response.status == 200)
        #expect(response.json == one.answer)
        #expect(response.isTextOfOneLine)
        #expect(agent.calls == one.calls)
    }

    @Test func `the log of a deploy is text as it was kept`() async throws {
        let kept = Array("one\n".utf8) + [0xFF, 0x00, 0x0A]
        agent.change { $0.log = kept }
        let response = try await served.ask("GET", "/v1/deploys/0ab/log")
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
        #expect(response.body == kept)
        #expect(agent.calls == ["show 0ab", "log 0abcde1234"])

        agent.change { $0.log = [] }
        let empty = try await served.ask("GET", "/v1/deploys/0ab/log")
        #expect(empty.status == 200 && empty.body.isEmpty)
    }

    @Test func `who waits for a deploy is told when the agent stops before its end`() async throws {
        agent.change { $0.outcome = nil }
        let response = try await served.ask("GET", "/v1/deploys/0abcde1234/outcome")
        #expect(response.status == 503)
        #expect(
            response.json
                == problem(
                    .interrupted,
                    "the agent is being stopped; the deploy is finished or undone at its next start"))
    }
}
