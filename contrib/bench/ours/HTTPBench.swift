import HTTPServer
import Model
import Processes

enum HTTPBench {
    /// Lets wrk ask for a short answer, for so many seconds.
    static func requests(for seconds: Int, connections: Int) async throws(Problem) -> Double {
        let server = try HTTPServer(.tcp(host: "127.0.0.1", port: 0)) { _ in
            .full(status: 200, body: Array("ok\n".utf8))
        }
        let url = "http://127.0.0.1:\(server.port)/v1/deploys?limit=10"
        let wrk = try await Process.run(ProcessSpec(["wrk", "-t1", "-c\(connections)", "-d\(seconds)s", url]))
        await server.stop(grace: .seconds(1))
        return try 1_000_000 / perSecond(wrk.outputText)
    }

    private static func perSecond(_ report: String) throws(Problem) -> Double {
        let lines = report.split(separator: "\n").map { $0.split(separator: " ") }
        let hadErrors = lines.contains { $0.first == "Socket" || $0.first == "Non-2xx" }
        guard !hadErrors, let line = lines.first(where: { $0.first == "Requests/sec:" }), line.count == 2,
            let rate = Double(line[1])
        else { throw Problem(.failed, "wrk: \(report)") }
        return rate
    }
}
