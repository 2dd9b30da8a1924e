@testable import Daemon
import Lifecycle
import Model
import Testing

/// When services are looked at, and with whom.
struct PollPaceTests {
    @Test("Looks are a tenth earlier or later, rarer after failures, and rarer where patience is short")
    func pauses() {
        func pause(_ every: Int, _ failures: Int = 0, isShort: Bool = false, random: Double = 0.5) -> Duration {
            PollPace.pause(every: .seconds(every), failures: failures, isShort: isShort, random: random)
        }
        #expect(pause(300) == .seconds(300))
        #expect(pause(300, random: 0) == .seconds(270) && pause(300, random: 0.999_999_9) <= .seconds(330))
        #expect((1...4).map { pause(60, $0) } == [120, 240, 480, 900].map { .seconds($0) })
        #expect(pause(60, 1_000_000) == .seconds(900))
        // Whoever wants it rarely is not asked more often because it failed.
        #expect(pause(86_400, 3) == .seconds(86_400))
        #expect(pause(300, isShort: true) == .seconds(1200))
        #expect(PollPace.first(every: .seconds(300), random: 0.999) < .seconds(5))
        #expect(PollPace.first(every: .seconds(10), random: 0.999) < .seconds(1))
        #expect(
            (1...7).map { PollPace.pause(afterVetoes: $0) }
                == [300, 600, 1200, 2400, 4800, 7200, 7200].map { .seconds($0) })
    }

    @Test("Services of one repository are looked at together, where they are looked at equally often")
    func groups() throws {
        func service(_ name: String, _ image: String?, every: Int? = 300, isEnabled: Bool = true) throws -> Service {
            var service = Service(
                name: name, kind: .container(ContainerDefinition(container: name)),
                image: try image.map { try ImageReference($0) })
            service.polling = every.map { .every(.seconds($0)) } ?? .off
            service.isEnabled = isEnabled
            return service
        }
        let services = [
            try service("a", "shop/web:1"), try service("b", "shop/web:2"), try service("c", "shop/api"),
            try service("d", "shop/web:1", every: 60), try service("e", nil), try service("f", nil),
            try service("off", "shop/web", every: nil), try service("disabled", "shop/web", isEnabled: false),
        ]
        func names(_ known: [String: ImageReference] = [:]) -> Set<[String]> {
            Set(PollGroup.groups(of: services, known).map { $0.services.map(\.name) })
        }
        #expect(names() == [["a", "b"], ["c"], ["d"], ["e"], ["f"]])
        #expect(names(["f": try ImageReference("shop/api:7")]) == [["a", "b"], ["c", "f"], ["d"], ["e"]])
    }
}
