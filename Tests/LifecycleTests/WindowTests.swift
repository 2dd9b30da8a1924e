@testable import Lifecycle
import Model
import TestKit
import Testing

/// Polls and webhooks wait for a window; people and healing do not.
struct WindowTests {
    private struct Greenwich: LocalTimes {
        func offset(of zone: String?, at moment: Timestamp) -> Int64? { zone == nil ? 0 : nil }
    }

    /// At noon.
    private func bench(_ windows: [String]) throws -> Bench {
        var service = Service.plain()
        service.windows = try windows.map { try MaintenanceWindow($0) }
        return Bench([service], localTimes: Greenwich())
    }

    private func request(_ bench: Bench, _ kind: Trigger.Kind) async throws -> DeployID {
        try #require(try await bench.coordinator.request("web", Wish(), by: Trigger(kind)).id)
    }

    @Test(
        "what is automatic waits until a window opens, and says when that is", arguments: [Trigger.Kind.poll, .webhook])
    func waits(kind: Trigger.Kind) async throws {
        let now = ManualClock(jumps: false).now()
        let minute = (now.secondsSince1970 / 60) % 1440
        func time(_ minutes: Int64) -> String {
            let inDay = (minute + minutes) % 1440
            return "\(inDay / 60):\(inDay % 60 < 10 ? "0" : "")\(inDay % 60)"
        }
        let bench = try bench(["\(time(30))-\(time(90))"])
        let id = try await request(bench, kind)
        let opens = Timestamp(microseconds: (now.secondsSince1970 / 60 + 30) * 60_000_000)
        #expect(await bench.coordinator.activity(of: "web").obstacle == .window(opens: opens))
        try await until { bench.clock.nextDue == opens }
        bench.clock.advance(by: .seconds(29 * 60))
        #expect(await bench.coordinator.activity(of: "web").waiting == id)
        bench.clock.advance(by: .seconds(60))
        #expect(try await bench.coordinator.outcome(of: id)?.outcome == .deployed)
    }

    @Test("whoever asks in person does not wait, and takes along what waits")
    func people() async throws {
        let bench = try bench(["00:00-00:01"])
        let id = try await request(bench, .poll)
        #expect(await bench.coordinator.activity(of: "web").waiting == id)
        #expect(try await bench.deploy().id == id)
    }

    @Test("in a zone that is not known nothing begins by itself")
    func unknown() async throws {
        let bench = try bench(["00:00-24:00 Mars/Olympus"])
        _ = try await request(bench, .poll)
        let obstacle = await bench.coordinator.activity(of: "web").obstacle
        #expect(obstacle == .window(opens: nil) && obstacle?.text.contains("never opens") == true)
        #expect(try await bench.deploy().outcome == .deployed)
    }
}
