/// A registry that answers as the test says, where no real one would.
package final class ImitatedRegistry: Sendable {
    package struct Answer: Sendable {
        package var status = "200 OK"
        package var headers: [(String, String)] = []
        package var body = ""

        package init(status: String = "200 OK", headers: [(String, String)] = [], body: String = "") {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    private let server: ScriptedServer
    package var host: String { "127.0.0.1:\(server.port)" }
    /// First lines of what it was asked, without those that only ask whether it is there.
    package var asked: [String] {
        server.requests.map { String($0.prefix { $0 != "\r\n" }.dropLast(" HTTP/1.1".count)) }
            .filter { $0 != "GET /v2/" }
    }
    package var requests: [String] { server.requests }

    /// `answer` gets `GET /v2/…` and the whole request.
    package init(_ answer: @escaping @Sendable (_ line: String, _ request: String) -> Answer?) {
        server = ScriptedServer { peer in
            while let request = peer.request() {
                let line = String(request.prefix { $0 != "\r\n" }.dropLast(" HTTP/1.1".count))
                // Nil is no answer at all, until the client has enough.
                guard let answer = line == "GET /v2/" ? Answer() : answer(line, request) else {
                    return peer.waitForEnd()
                }
                let headers = answer.headers.map { "\($0): \($1)\r\n" }.joined()
                if line.hasPrefix("HEAD ") {
                    peer.write(
                        "HTTP/1.1 \(answer.status)\r\n\(headers)Content-Length: \(answer.body.utf8.count)\r\n\r\n")
                } else {
                    peer.answer(answer.body, status: answer.status, headers: headers)
                }
            }
        }
    }
}
