import HTTPClient
import Lifecycle
import LuaRuntime
import Model

/// Each answers `{ status, headers, body }`, or `{ status = 0, error }` when there was no answer: a health hook asks
/// while its service is still starting.
extension HostAPI {
    static let http: [AgentFunction] = [
        .waiting("http.get", power: .http) { call async throws(Problem) in
            let options = try call.options(1, known: HostAPI.answerOptions)
            return try await HostAPI.answer(call, HTTPRequest(url: try call.string(0, "url")), options)
        },
        .waiting("http.post", power: .http) { call async throws(Problem) in
            var request = HTTPRequest(method: "POST", url: try call.string(0, "url"))
            request.body = call[1].isNil ? [] : try call.bytes(1, "body")
            return try await HostAPI.answer(call, request, try call.options(2, known: HostAPI.answerOptions))
        },
        .waiting("http.request", power: .http) { call async throws(Problem) in
            let options = try call.options(0, known: ["method", "url", "body", "json"] + HostAPI.answerOptions)
            guard let url = options["url"].text else { throw HostAPI.wrong("url", options, expected: "a URL") }
            var request = HTTPRequest(url: url)
            if !options["method"].isNil {
                guard let method = options["method"].text else {
                    throw HostAPI.wrong("method", options, expected: "a method such as \"PUT\"")
                }
                request.method = method
            }
            if !options["body"].isNil {
                guard let body = options["body"].bytes else {
                    throw HostAPI.wrong("body", options, expected: "a string")
                }
                request.body = body
            }
            return try await HostAPI.answer(call, request, options)
        },
    ]

    private static let answerOptions = ["headers", "timeout", "follow", "json"]
    private static let mostRedirects: Int64 = 20

    private static func answer(
        _ call: AgentCall, _ request: HTTPRequest, _ options: LuaTable
    ) async throws(Problem) -> LuaValue {
        var request = request
        try apply(options, to: &request)
        request.timeout = min(request.timeout ?? call.timeLeft, call.timeLeft)
        request.barrier = call.context.services.barrier
        let point = call.context.point
        let tells = point == nil || point == .notify
        // Chat services have their password in the path, and problems are logged.
        request.hidesPath = tells
        // A service that is being replaced must not answer over a connection to what was there before.
        request.reusesConnections = tells
        // A service is looked at directly.
        if tells, let target = WebAddress(request.url) {
            request.proxy = ProxyChoice(environment: call.context.services.environment).proxy(to: target)
        }
        do throws(Problem) {
            let response = try await call.context.services.http.send(request)
            return [
                "status": LuaValue(response.status), "headers": table(response.headers), "body": .string(response.body),
            ]
        } catch {
            switch error.code {
            case .unreachable, .timeout, .failed, .limit:
                return ["status": 0, "headers": [:], "body": "", "error": LuaValue("\(error)")]
            default: throw error
            }
        }
    }

    private static func apply(_ options: LuaTable, to request: inout HTTPRequest) throws(Problem) {
        if !options["json"].isNil {
            guard request.body.isEmpty else { throw Problem(.invalid, "json: there is a body already") }
            request.body = Array(try options["json"].json().text.utf8)
            request.headers.append(("Content-Type", "application/json"))
        }
        for (name, value) in (try strings("headers", options) ?? [:]).sorted(by: { $0.key < $1.key }) {
            request.headers.removeAll { $0.0.lowercased() == name.lowercased() }
            request.headers.append((name, value))
        }
        if let timeout = try duration("timeout", options) { request.timeout = timeout }
        if !options["follow"].isNil {
            guard let count = options["follow"].integer, 0...mostRedirects ~= count else {
                throw wrong("follow", options, expected: "how many redirects, up to \(mostRedirects)")
            }
            request.followRedirects = Int(count)
        }
    }

    private static func table(_ headers: HTTPHeaders) -> LuaValue {
        var table = LuaTable()
        for field in headers.fields {
            let name = field.name.lowercased()
            table[name] = LuaValue(table[name].text.map { "\($0), \(field.value)" } ?? field.value)
        }
        return .table(table)
    }
}
