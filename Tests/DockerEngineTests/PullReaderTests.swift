import Lifecycle
import Model
import Synchronization
import TestKit
import Testing

@testable import DockerEngine

/// What is told of a pull, from the engine's own words.
struct PullReaderTests {
    private final class Watch: Sendable {
        private let moment = Mutex(ContinuousClock.now)
        func go(_ time: Duration) { moment.withLock { $0 = $0 + time } }
        var now: ContinuousClock.Instant { moment.withLock { $0 } }
    }

    private let watch = Watch()
    private let told = Recorded<LayerProgress>()

    private func reader() -> PullReader {
        PullReader(now: { [watch] in watch.now }, progress: { [told] in told.append($0) })
    }

    private func line(_ id: String, _ status: String, _ done: Int64? = nil, _ total: Int64 = 1000) -> ArraySlice<UInt8>
    {
        var members: [(String, JSON)] = [("status", .string(status)), ("id", .string(id))]
        if let done { members.append(("progressDetail", ["current": .integer(done), "total": .integer(total)])) }
        return Array((JSON.object(JSON.Members(members)).text + "\r\n").utf8)[...]
    }

    @Test("A layer goes from state to state, and each is told at once")
    func states() {
        var reader = reader()
        for bytes in [
            line("sha256:abc", "Pulling from web"), line("a", "Pulling fs layer"), line("b", "Pulling fs layer"),
            line("c", "Already exists"), line("a", "Waiting"), line("a", "Downloading", 10),
            line("a", "Verifying Checksum"),
            line("a", "Download complete"), line("a", "Extracting", 5), line("a", "Pull complete"),
            line("b", "Retrying in 5 seconds"), line("b", "Downloading", 2000), line("b", "something new"),
        ] {
            let goesOn = reader.take(bytes)
            #expect(goesOn)
        }
        #expect(
            told.all == [
                LayerProgress("a", .waiting), LayerProgress("b", .waiting), LayerProgress("c", .present),
                LayerProgress("a", .downloading, done: 10, total: 1000),
                LayerProgress("a", .downloaded, done: 1000, total: 1000),
                LayerProgress("a", .extracting, done: 5, total: 1000),
                LayerProgress("a", .done, done: 1000, total: 1000),
                LayerProgress("b", .downloading, done: 1000, total: 1000),
            ])
        // Engines with containerd's store never say that a layer is done.
        reader.finish()
        #expect(told.all.dropFirst(8) == [LayerProgress("b", .done, done: 1000, total: 1000)])
    }

    @Test("However much the engine says, a layer is told of four times a second at most")
    func thinned() {
        var reader = reader()
        for number: Int64 in 0..<1000 {
            watch.go(.milliseconds(1))
            _ = reader.take(line("a", "Downloading", number))
        }
        #expect(told.all.map(\.done) == [0, 250, 500, 750])
        _ = reader.take(line("b", "Downloading", 1))
        #expect(told.all.count == 5)
    }

    @Test("A pull that failed is no layer's end, and no flood of layers is kept")
    func bounds() {
        var reader = reader()
        for number in 0..<5000 { _ = reader.take(line("layer-\(number)", "Downloading", 1)) }
        #expect(told.all.count == 1024)
        let goesOn = reader.take(Array((#"{"error": "no space left on device"}"# + "\n").utf8)[...])
        #expect(!goesOn)
        reader.finish()
        #expect(told.all.count == 1024)
        // What some engines count in an extraction are seconds.
        var seconds = self.reader()
        _ = seconds.take(
            Array((#"{"status":"Extracting","id":"s","progressDetail":{"current":7,"units":"s"}}"# + "\n").utf8)[...])
        #expect(told.all.last == LayerProgress("s", .extracting))
    }
}
