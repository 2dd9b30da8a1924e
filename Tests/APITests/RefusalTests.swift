import HTTPClient
import HTTPServer
import Model
import TestKit
import Testing

/// What is not answered, and how that is said.
struct RefusalTests {
    private let served: ServedAgent
    private var agent: StandInAgent { served.agent }

    init() throws { served = try ServedAgent() }

    @Test(arguments: [
        "/", "/v1", "/v1/nothing", "/v2/services", "/V1/services", "/health/more", "/v1/services/site/nothing",
        "/v1/services/site/plan/more", "/v1/deploys/0abcde1234/nothing", "/v1/deploys/0abcde1234/log/more",
        "/v1/blocked/more",
    ])
    func `a path that is unknown is named, and nobody is asked`(_ path: String) async throws {
        for method in ["GET", "POST"] {
            let response = try await served.ask(method, path)
            #expect(response.status == 404)
            #expect(response.json == problem(.notFound, "there is no \(method) \(path)"))
        }
        #expect(agent.calls == [])
    }

    @Test(arguments: [
        // To look must never change anything.
        ("GET", "/v1/services/site/deploy"), ("GET", "/v1/services/site/rollback"), ("GET", "/v1/services/site/pause"),
        ("GET", "/v1/services/site/resume"), ("GET", "/v1/services/site/unblock"), ("GET", "/v1/pause"),
        ("GET", "/v1/resume"), ("GET", "/v1/reload"), ("HEAD", "/v1/reload"),
        ("POST", "/health"), ("POST", "/v1/services"), ("POST", "/v1/services/site"),
        ("POST", "/v1/services/site/plan"), ("POST", "/v1/deploys"), ("POST", "/v1/deploys/0abcde1234"),
        ("POST", "/v1/deploys/0abcde1234/log"), ("POST", "/v1/blocked"), ("DELETE", "/v1/services/site"),
        ("PUT", "/v1/services/site/deploy"), ("get", "/v1/services"),
        // Whoever means one service must not stop everything.
        ("POST", "/v1/pause/site"), ("POST", "/v1/resume/site"), ("POST", "/v1/reload/site"),
    ])
    func `a method that is not for that path is refused, and nobody is asked`(
        _ method: String, _ path: String
    ) async throws {
        let response = try await served.ask(method, path)
        #expect(response.status == 404)
        if method != "HEAD" { #expect(response.json == problem(.notFound, "there is no \(method) \(path)")) }
        #expect(agent.calls == [])
    }

    @Test(arguments: [
        ("GET", ""), ("GET", "/plan"), ("POST", "/deploy"), ("POST", "/rollback"), ("POST", "/pause"),
        ("POST", "/resume"), ("POST", "/unblock"),
    ])
    func `a service that is unknown is named with those that are known`(
        _ method: String, _ order: String
    ) async throws {
        let response = try await served.ask(method, "/v1/services/shop\(order)")
        #expect(response.status == 404)
        #expect(response.json == problem(.notFound, "there is no service \"shop\", expected one of site"))
    }

    @Test(arguments: ["", "/log", "/outcome", "/events"])
    func `a deploy that is unknown is named`(_ question: String) async throws {
        let response = try await served.ask("GET", "/v1/deploys/0zz\(question)")
        #expect(response.status == 404)
        #expect(
            response.json
                == problem(.notFound, "there is no deploy \"0zz\", or more than one begins like that"))
        #expect(agent.calls == ["show 0zz"])
    }

    @Test(arguments: [
        ("/deploy", "[]", "body: expected a JSON object"), ("/deploy", "null", "body: expected a JSON object"),
        ("/deploy", #"{"tag":2}"#, "body.tag: expected a string"),
        ("/deploy", #"{"image":{}}"#, "body.image: expected a string"),
        ("/deploy", #"{"force":"true"}"#, "body.force: expected true or false"),
        ("/deploy", #"{"tag":"v2","image":"shop/web:1"}"#, "body: expected either a tag or an image, not both"),
        ("/rollback", #"{"force":1}"#, "body.force: expected true or false"),
        ("/pause", #"{"reason":[]}"#, "body.reason: expected a string"),
        ("/unblock", #"{"release":false}"#, "body.release: expected a string"),
    ])
    func `a body with something else in it is refused, and nothing is done`(
        _ order: String, _ body: String, _ message: String
    ) async throws {
        let response = try await served.ask("POST", "/v1/services/site\(order)", body)
        #expect(response.status == 400)
        #expect(response.json == problem(.usage, message))
        #expect(agent.calls == [])
    }

    @Test(arguments: [#"{"services":"web"}"#, #"{"services":["web",1]}"#])
    func `a list with something else in it is refused, and nothing is removed`(_ body: String) async throws {
        let response = try await served.ask("POST", "/v1/prune", body)
        #expect(response.status == 400)
        #expect(response.json == problem(.usage, "body.services: expected a list of strings"))
        #expect(agent.calls == [])
    }

    @Test(arguments: ["deploy", "rollback", "pause", "unblock"])
    func `a body that is no JSON is refused with the place of the slip`(_ order: String) async throws {
        let response = try await served.ask("POST", "/v1/services/site/\(order)", "{\"force\": tru}")
        #expect(response.status == 400)
        #expect(response.json == problem(.invalid, #"body: JSON, line 1, column 11: expected "true""#))
        #expect(agent.calls == [])
    }

    @Test(arguments: [
        ("/v1/deploys?limit=0", "limit: expected a number from 1 to 1000"),
        ("/v1/deploys?limit=1001", "limit: expected a number from 1 to 1000"),
        ("/v1/deploys?limit=-1", "limit: expected a number from 1 to 1000"),
        ("/v1/deploys?limit=many", "limit: expected a number from 1 to 1000"),
        ("/v1/deploys?limit=", "limit: expected a number from 1 to 1000"),
        ("/v1/services/site/plan?tag=a&image=b", "query: expected either a tag or an image, not both"),
        ("/v1/services/site/plan?force=yes", "query.force: expected true or false"),
        ("/v1/services/site/plan?force", "query.force: expected true or false"),
    ])
    func `a query with something else in it is refused`(_ path: String, _ message: String) async throws {
        let response = try await served.ask("GET", path)
        #expect(response.status == 400)
        #expect(response.json == problem(.usage, message))
        #expect(agent.calls == [])
    }

    /// The server's own answer, before anything is read as JSON.
    @Test func `a body that is too large is not even looked at`() async throws {
        var limits = ServerLimits()
        limits.maximumBody = 1_000
        let served = try ServedAgent(limits)
        let reason = String(repeating: "x", count: 1_000)
        let response = try await served.ask("POST", "/v1/pause", "{\"reason\":\"\(reason)\"}")
        #expect(response.status == 413)
        #expect(response.headers["Content-Type"] == "text/plain; charset=utf-8")
        #expect(response.text == "the body may have at most 1000 bytes\n")
        #expect(served.agent.calls == [])
        let good = try await served.ask("POST", "/v1/pause", "{\"reason\":\"\(reason.prefix(900))\"}")
        #expect(good.status == 200)
    }

    private static let statuses: [Problem.Code: Int] = [
        .usage: 400, .invalid: 400, .forbidden: 403, .notFound: 404, .conflict: 409, .limit: 429, .failed: 500,
        .corrupt: 500, .unsupported: 501, .unreachable: 502, .interrupted: 503, .timeout: 504,
    ]

    @Test(arguments: Problem.Code.allCases)
    func `whatever the agent's problem is, it is told as JSON`(_ code: Problem.Code) async throws {
        let cause = Problem(.failed, "because \"this\"\nfailed")
        agent.change { $0.problem = Problem(code, "it did not work", cause: cause) }
        let response = try await served.ask("GET", "/v1/services")
        #expect(response.status == Self.statuses[code])
        #expect(response.json == problem(code, "it did not work: because \"this\"\nfailed"))
        #expect(response.isTextOfOneLine)
    }

    @Test(arguments: [
        ("GET", "/v1/services/site"), ("GET", "/v1/services/site/plan"), ("GET", "/v1/deploys"),
        ("GET", "/v1/deploys/0ab"), ("GET", "/v1/deploys/0ab/log"), ("GET", "/v1/deploys/0ab/outcome"),
        ("GET", "/v1/deploys/0ab/events"), ("GET", "/v1/blocked"), ("POST", "/v1/services/site/deploy"),
        ("POST", "/v1/services/site/rollback"), ("POST", "/v1/services/site/pause"),
        ("POST", "/v1/services/site/resume"), ("POST", "/v1/services/site/unblock"), ("POST", "/v1/pause"),
        ("POST", "/v1/resume"), ("POST", "/v1/reload"),
    ])
    func `wherever the agent has a problem, it is told`(_ method: String, _ path: String) async throws {
        agent.change { $0.problem = Problem(.limit, "database or disk is full") }
        let response = try await served.ask(method, path)
        #expect(response.status == 429)
        #expect(response.json == problem(.limit, "database or disk is full"))
    }
}
