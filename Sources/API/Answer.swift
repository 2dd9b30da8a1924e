import HTTPServer
import Model

/// What a route answers, before it becomes HTTP.
enum Answer {
    case json(JSON, status: Int = 200)
    case text([UInt8])
    case events(AsyncStream<JSON>)

    static func problem(_ problem: Problem) -> Answer {
        .json(
            ["error": ["code": .string(problem.code.rawValue), "message": .string("\(problem)")]],
            status: problem.code.httpStatus)
    }

    var server: ServerAnswer {
        switch self {
        case .json(let value, let status):
            .full(
                status: status, headers: [("Content-Type", "application/json")],
                body: Array(value.text.utf8) + [UInt8(ascii: "\n")])
        case .text(let bytes):
            .full(status: 200, headers: [("Content-Type", "text/plain; charset=utf-8")], body: bytes)
        case .events(let source): .stream(status: 200, headers: EventStream.headers, EventStream.send(source))
        }
    }
}

extension Problem.Code {
    var httpStatus: Int {
        switch self {
        case .usage, .invalid: 400
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .limit: 429
        case .unsupported: 501
        case .unreachable: 502
        case .interrupted: 503
        case .timeout: 504
        case .failed, .corrupt: 500
        }
    }
}
