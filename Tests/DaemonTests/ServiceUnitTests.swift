import Model
import TestKit
import Testing

@testable import Daemon

/// `contrib/grapnel.service` and the agent agree.
struct ServiceUnitTests {
    @Test func `systemd waits for longer than the agent takes to stop, and signals the agent alone`() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let files = FileTree()
        files.link("unit", to: "\(root)/contrib/grapnel.service")
        let unit = try #require(files.read("unit"))
        var values: [String: String] = [:]
        for line in unit.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
        let timeout = try #require(values["TimeoutStopSec"].flatMap { Int64($0) })
        // Scripts that do not end by themselves take ten seconds more, the socket two.
        #expect(Duration.seconds(timeout) >= Agent.stopGrace + .seconds(20))
        #expect(values["KillMode"] == "process")
        #expect(values["Restart"] == "on-failure")
        #expect(values["StateDirectory"] == "grapnel" && values["RuntimeDirectory"] == "grapnel")
        #expect(Home.system.state == "/var/lib/grapnel" && Home.system.socketDirectory == "/run/grapnel")
    }
}
