import API
import Glibc
import HTTPClient
import HTTPServer
import Model
import TestKit

/// The API over a real socket, with a stand-in for the agent behind it.
final class ServedAgent: Sendable {
    let agent = StandInAgent()
    let client = HTTPClient()
    private let files = FileTree()
    private let server: HTTPServer

    var socket: String { files.path("grapnel.sock") }

    init(_ limits: ServerLimits = ServerLimits()) throws(Problem) {
        let router = Router(agent: agent, version: "1.2.3")
        server = try HTTPServer(.unix(path: files.path("grapnel.sock")), limits: limits) { await router.answer($0) }
    }

    func request(_ method: String, _ path: String, _ body: String = "") -> HTTPRequest {
        HTTPRequest(method: method, url: "http://localhost\(path)", body: Array(body.utf8), unixSocket: socket)
    }

    func ask(_ method: String, _ path: String, _ body: String = "") async throws(Problem) -> HTTPResponse {
        try await client.send(request(method, path, body))
    }

    /// Whoever runs the tests.
    static let user = String(cString: getpwuid(getuid()).pointee.pw_name)
}

extension HTTPResponse {
    /// Nil when it is something else.
    var json: JSON? { headers["Content-Type"] == "application/json" ? try? JSON(parsing: body) : nil }

    var isTextOfOneLine: Bool { text.hasSuffix("\n") && text.count { $0 == "\n" } == 1 }
}

func problem(_ code: Problem.Code, _ message: String) -> JSON {
    ["error": ["code": .string(code.rawValue), "message": .string(message)]]
}
