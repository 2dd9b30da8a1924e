import Glibc
import HTTPClient
import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

/// `/v1/deploys/ID/events`: what a deploy reports, as it happens.
struct FollowingTests {
    private let served: ServedAgent
    private var agent: StandInAgent { served.agent }

    init() throws { served = try ServedAgent() }

    /// What comes over the wire, event by event.
    private final class Seen: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        func add(_ more: ArraySlice<UInt8>) { bytes.withLock { $0 += more } }

        var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

        var progress: [DeployProgress?] {
            text.split(separator: "\n\n").map { event in
                guard event.hasPrefix("data: "), !event.contains("\n") else { return nil }
                return (try? JSON(parsing: String(event.dropFirst(6)))).flatMap(DeployProgress.init(json:))
            }
        }
    }

    /// The agent's end of the stream.
    private func source() -> (AsyncStream<DeployProgress>.Continuation, isLetGo: Recorded<Bool>) {
        let (stream, continuation) = AsyncStream.makeStream(of: DeployProgress.self)
        let ends = Recorded<Bool>()
        continuation.onTermination = { _ in ends.append(true) }
        agent.change { $0.progress = { stream } }
        return (continuation, ends)
    }

    private var request: HTTPRequest {
        var request = served.request("GET", "/v1/deploys/0ab/events")
        request.timeout = nil
        return request
    }

    @Test func `progress comes as it happens, and ends with the deploy`() async throws {
        let (deploy, _) = source()
        let seen = Seen()
        let following = Task { [client = served.client, request] in
            try await client.stream(request) { bytes in
                seen.add(bytes)
                return true
            }
        }
        let story: [DeployProgress] = [
            .phase(.up), .line("one\n\ndata: two"), .layer(LayerProgress("a1", .downloading, done: 1, total: 2)),
            .waiting(reason: "no room"), .goesOn, .phaseEnded(.up, result: "ok", took: .milliseconds(15)),
            .finished(.deployed, reason: nil),
        ]
        for (index, progress) in story.enumerated() {
            deploy.yield(progress)
            #expect(await wait { seen.progress.count == index + 1 })
        }
        deploy.finish()
        let response = try await following.value
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/event-stream")
        #expect(response.headers["Cache-Control"] == "no-store")
        #expect(seen.progress == story)
        #expect(agent.calls == ["show 0ab", "follow 0abcde1234"])
    }

    @Test func `of a deploy that has ended comes how it ended`() async throws {
        agent.change {
            $0.progress = {
                AsyncStream { continuation in
                    continuation.yield(.finished(.rolledBack, reason: "health: refused"))
                    continuation.finish()
                }
            }
        }
        let response = try await served.client.send(request)
        #expect(
            response.text
                == "data: {\"type\":\"finished\",\"outcome\":\"rolled-back\",\"reason\":\"health: refused\"}\n\n")
    }

    /// Half a day of silence is nothing unusual: who leaves then must not be kept until the next event.
    @Test func `who leaves is let go of, also while nothing happens`() async throws {
        let (deploy, isLetGo) = source()
        deploy.yield(.phase(.up))
        let seen = Seen()
        let following = Task { [client = served.client, request] in
            try await client.stream(request) { bytes in
                seen.add(bytes)
                return true
            }
        }
        #expect(await wait { seen.progress.count == 1 })
        #expect(isLetGo.all == [])
        following.cancel()
        #expect(await wait { isLetGo.all == [true] })
    }

    private final class Count: Sendable { let value = Atomic(0) }

    /// The agent's side is drained to its end before the client has read a byte.
    @Test func `who does not read holds up nobody, and loses the oldest`() async throws {
        let total = 50_000
        let pulled = Count()
        let text = String(repeating: "x", count: 200)
        agent.change {
            $0.progress = {
                AsyncStream {
                    let number = pulled.value.add(1, ordering: .sequentiallyConsistent).newValue
                    guard number <= total else { return nil }
                    return number == total ? .finished(.deployed, reason: nil) : .line("\(number) \(text)")
                }
            }
        }
        let (isDrained, answer) = await onThread { [socket = served.socket] in
            let client = RawClient(unixSocket: socket)
            // Without the chunks of HTTP/1.1.
            client.send("GET /v1/deploys/0ab/events HTTP/1.0\r\n\r\n")
            let deadline = ContinuousClock.now + .seconds(60)
            while pulled.value.load(ordering: .sequentiallyConsistent) <= total, ContinuousClock.now < deadline {
                usleep(1_000)
            }
            return (pulled.value.load(ordering: .sequentiallyConsistent) > total, client.readToEnd())
        }
        #expect(isDrained)
        let events = answer.split(separator: "\n").filter { $0.hasPrefix("data: ") }
        #expect(events.count < total / 2)
        #expect(events.last?.contains("\"finished\"") == true)
        let newest = (total - 999..<total).map { "data: {\"type\":\"line\",\"text\":\"\($0) \(text)\"}" }
        #expect(events.dropLast().suffix(999).map(String.init) == newest)
    }
}
