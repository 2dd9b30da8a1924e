import Model
import Processes
import Synchronization

/// An exec that reads what it is given. For that the engine turns the request's connection into a stream in both
/// directions once it has answered, and takes the end of ours for the end of the input. libcurl can do neither, hence a
/// socket of our own, on a thread of its own.
struct HijackedExec: Sendable {
    let engine: Engine
    let id: String
    let input: [UInt8]
    let deadline: ContinuousClock.Instant?

    func run(onBody: @escaping @Sendable (ArraySlice<UInt8>) -> Bool) async throws(Problem) {
        guard let path = engine.address.unixSocket else {
            throw Problem(
                .unsupported, "stdin can be given over a unix socket only, and the engine is at \(engine.address)")
        }
        let body = Engine.attached.text
        let head = """
            POST /v\(try await engine.spokenVersion())/exec/\(id)/start HTTP/1.1\r
            Host: engine\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r

            """
        let isCancelled = CancellationFlag()
        let exchange = HijackedExchange(
            path: path, request: Array((head + body).utf8), input: input, deadline: deadline, isCancelled: isCancelled,
            onBody: onBody)
        let result = await withTaskCancellationHandler {
            do throws(Problem) {
                // Nil when the task was cancelled.
                return try await OwnThread.run { exchange.result }
                    ?? .failure(Problem(.interrupted, "it was interrupted"))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            isCancelled.set()
        }
        if case .refused(let status, let body) = try result.get() { throw engine.refusal(status, body) }
    }
}

final class CancellationFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

enum HijackedEnding: Sendable {
    case done
    case refused(status: Int, body: [UInt8])
}
