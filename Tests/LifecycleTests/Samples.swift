@testable import Lifecycle
import Model

func image(_ tag: String) -> Release {
    let hex = tag.utf8.map { String($0, radix: 16) }.joined()
    return .image(
        reference: "shop/web:\(tag)", digest: "sha256:" + hex + String(repeating: "0", count: 64 - hex.count))
}

let old = image("1.0")
let new = image("1.1")

func service(_ name: String = "web", health: HealthDefinition = .quick, isPaused: Bool = false) -> Service {
    Service(
        name: name, kind: .container(ContainerDefinition(container: name)), health: health, isPaused: isPaused)
}

extension HealthDefinition {
    static var quick: HealthDefinition {
        HealthDefinition(grace: .seconds(10), stable: .seconds(2), interval: .seconds(1), timeout: .seconds(5))
    }
}

func block(_ release: Release, _ reason: String = "health: it exited with code 1") -> Block {
    Block(
        service: "web", release: release, reason: reason, since: Timestamp(microseconds: 0), expires: nil,
        deploy: DeployID("earlier"))
}
