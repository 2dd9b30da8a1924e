import Glibc
import HTTPClient
import HTTPServer
import Model
import TestKit
import Testing

private let local = Listener.tcp(host: "127.0.0.1", port: 0)
private let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

@Suite struct StreamTests {
    let client = HTTPClient()

    @Test func eachPieceArrivesWhenItIsSent() async throws {
        let gate = Gate()
        let server = try HTTPServer(local) { _ in
            let stream = ByteStream()
            Task {
                await gate.pass()
                _ = await stream.send(Array("one\n".utf8))
                await gate.pass()
                _ = await stream.send(Array("two\n".utf8))
                stream.finish()
            }
            return .stream(status: 200, headers: [("Content-Type", "text/event-stream")], stream)
        }
        let pieces = Shared<[String]>([])
        let response = try await client.stream(
            HTTPRequest(url: "http://127.0.0.1:\(server.port)/"),
            onHead: { head in
                // The head comes before the first piece, which waits for it.
                pieces.change { $0.append(head.headers["content-type"] ?? "") }
                Task { await gate.open() }
                return true
            },
            onBody: { bytes in
                pieces.change { $0.append(String(decoding: bytes, as: UTF8.self)) }
                return true
            })
        #expect(response.status == 200)
        let seen = pieces.value
        #expect(seen.first == "text/event-stream")
        #expect(seen.dropFirst().joined() == "one\ntwo\n")
    }

    @Test func theConnectionIsUsedAgainAfterwards() async throws {
        let server = try HTTPServer(local) { request in
            let stream = ByteStream()
            _ = stream.offer(Array(request.path.utf8))
            stream.finish()
            return .stream(status: 200, stream)
        }
        let port = server.port
        let text = await onThread {
            let client = RawClient(port: port)
            client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            let first = client.read(until: "\r\n0\r\n\r\n")
            client.send("GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return first + client.readToEnd()
        }
        #expect(text.contains("\r\n\r\n2\r\n/a\r\n0\r\n\r\n"))
        #expect(text.hasSuffix("\r\n\r\n2\r\n/b\r\n0\r\n\r\n"))
    }

    @Test func aReaderThatIsBehindHoldsItsProducerBack() async throws {
        let produced = Shared(0)
        let server = try HTTPServer(local) { _ in
            let stream = ByteStream(capacity: 64 << 10)
            Task {
                let piece = [UInt8](repeating: 0x61, count: 10_000)
                while await stream.send(piece) { produced.change { $0 += piece.count } }
            }
            return .stream(status: 200, stream)
        }
        let port = server.port
        let reader = Task {
            await onThread {
                let client = RawClient(port: port)
                client.send(get)
                _ = client.read(until: "\r\n\r\n")
                sleep(1)
                return produced.value
            }
        }
        // What the kernel's two socket buffers take, and the stream's own.
        #expect(await reader.value < 16 << 20)
    }

    @Test func offersAreRefusedWhileTheReaderIsBehind() {
        let stream = ByteStream(capacity: 1000)
        #expect(stream.offer([UInt8](repeating: 0, count: 600)))
        #expect(!stream.offer([UInt8](repeating: 0, count: 600)))
        #expect(stream.offer([UInt8](repeating: 0, count: 400)))
        // A piece that is larger than the whole capacity goes alone.
        #expect(ByteStream(capacity: 10).offer([UInt8](repeating: 0, count: 11)))
    }

    @Test func aProducerThatWaitsForRoomIsCancelled() async {
        let stream = ByteStream(capacity: 10)
        #expect(await stream.send([UInt8](repeating: 0, count: 10)))
        let task = Task { await stream.send([1]) }
        try? await Task.sleep(for: .milliseconds(20))
        task.cancel()
        #expect(await task.value == false)
        #expect(!stream.isOver)
    }

    @Test func aProducerThatWaitsForEventsLearnsThatItsClientLeft() async throws {
        let (gone, signal) = AsyncStream.makeStream(of: Void.self)
        let streams = Shared<ByteStream?>(nil)
        let server = try HTTPServer(local) { _ in
            let stream = ByteStream()
            stream.onGone { signal.yield() }
            streams.change { $0 = stream }
            return .stream(status: 200, stream)
        }
        let port = server.port
        await onThread {
            let client = RawClient(port: port)
            client.send(get)
            _ = client.read(until: "\r\n\r\n")
        }
        for await _ in gone { break }
        let stream = try #require(streams.value)
        #expect(stream.isOver)
        #expect(await stream.send([1]) == false)
    }

    @Test func aProducerThatSendsLearnsThatItsClientLeft() async throws {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let server = try HTTPServer(local) { _ in
            let stream = ByteStream()
            Task {
                while await stream.send([UInt8](repeating: 0x61, count: 50_000)) {}
                end.yield()
            }
            return .stream(status: 200, stream)
        }
        let port = server.port
        await onThread {
            let client = RawClient(port: port)
            client.send(get)
            _ = client.read(until: "aaaa")
        }
        for await _ in ends { break }
    }

    @Test func aReaderThatNeverReadsIsCutOff() async throws {
        var limits = ServerLimits()
        limits.idle = .seconds(1)
        let producerIsDone = Shared(false)
        let server = try HTTPServer(local, limits: limits) { _ in
            let stream = ByteStream()
            Task {
                while await stream.send([UInt8](repeating: 0x61, count: 50_000)) {}
                producerIsDone.value = true
            }
            return .stream(status: 200, stream)
        }
        let port = server.port
        await onThread {
            let client = RawClient(port: port)
            client.send(get)
            while !producerIsDone.value { usleep(10_000) }
            withExtendedLifetime(client) {}
        }
    }

    @Test func aQuietStreamIsNotIdle() async throws {
        var limits = ServerLimits()
        limits.idle = .seconds(1)
        limits.answerDeadline = .seconds(1)
        limits.headDeadline = .milliseconds(500)
        let server = try HTTPServer(local, limits: limits) { _ in
            let stream = ByteStream()
            Task {
                try? await Task.sleep(for: .seconds(3))
                _ = await stream.send(Array("still here".utf8))
                stream.finish()
            }
            return .stream(status: 200, stream)
        }
        #expect(try await client.send(HTTPRequest(url: "http://127.0.0.1:\(server.port)/")).text == "still here")
    }

    @Test func stoppingEndsStreamsProperly() async throws {
        let server = try HTTPServer(local) { _ in
            let stream = ByteStream()
            _ = stream.offer(Array("begun".utf8))
            return .stream(status: 200, stream)
        }
        let port = server.port
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let reader = Task {
            await onThread {
                let client = RawClient(port: port)
                client.send(get)
                let start = client.read(until: "begun")
                begin.yield()
                return start + client.readToEnd()
            }
        }
        for await _ in begun { break }
        await server.stop(grace: .seconds(60))
        #expect(await reader.value.hasSuffix("begun\r\n0\r\n\r\n"))
    }

    @Test func aStreamServesOneAnswer() async throws {
        let stream = ByteStream()
        let server = try HTTPServer(local) { _ in .stream(status: 200, stream) }
        stream.finish()
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/")
        #expect(try await client.send(request).status == 200)
        #expect(try await client.send(request).status == 500)
    }

    @Test func headOfAStreamEndsIt() async throws {
        let (gone, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try HTTPServer(local) { _ in
            let stream = ByteStream()
            stream.onGone { signal.yield() }
            return .stream(status: 200, stream)
        }
        let response = try await client.send(HTTPRequest(method: "HEAD", url: "http://127.0.0.1:\(server.port)/"))
        #expect(response.status == 200)
        for await _ in gone { break }
    }
}
