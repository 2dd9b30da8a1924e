@testable import Lifecycle
import Model

let start = Timestamp(microseconds: 1_800_000_000_000_000)

func release(_ number: Int) -> Release {
    .image(
        reference: "registry.example/web:\(number)",
        digest: "sha256:\(String(repeating: "\(number % 10)", count: 60))\(number)")
}

func record(_ id: String, service: String = "web", at offset: Int = 0, to: Release? = nil) -> DeployRecord {
    var record = DeployRecord(
        id: DeployID(id), service: service, driver: .container, trigger: Trigger(.webhook, by: "github"),
        wish: Wish(.tag("v2"), force: true), accepted: start + .seconds(offset))
    record.to = to
    return record
}

func started(_ id: String, service: String = "web", at offset: Int = 0) -> DeployRecord {
    var record = record(id, service: service, at: offset)
    record.started = record.accepted + .milliseconds(5)
    record.phase = .up
    record.machine = ["phase": "up"]
    return record
}

func finished(
    _ id: String, service: String = "web", at offset: Int = 0, to: Release? = nil, _ outcome: Outcome = .deployed
) -> DeployRecord {
    var record = started(id, service: service, at: offset)
    record.machine = .null
    record.to = to
    record.outcome = outcome
    record.finished = record.accepted + .seconds(1)
    return record
}

func closing(_ record: DeployRecord, state: ServiceState? = nil, block: Block? = nil) -> Closing {
    Closing(
        record: record, entries: [], state: state ?? ServiceState(name: record.service), block: block,
        clearsBlocks: false, followUp: nil, event: event(.deployed, record.service))
}

func event(_ kind: Event.Kind, _ service: String, at offset: Int = 0) -> Event {
    Event(at: start + .seconds(offset), kind: kind, service: service, message: "\(service) \(kind.rawValue)")
}

func block(_ service: String, _ release: Release, expires: Timestamp? = nil) -> Block {
    Block(
        service: service, release: release, reason: "exited with 1", since: start, expires: expires,
        deploy: DeployID("d1"))
}

func intent(_ phase: Phase, _ step: String = "", _ data: JSON = .null, at offset: Int = 0) -> JournalEntry {
    JournalEntry(phase: phase, step: step, kind: .intent, data: data, at: start + .seconds(offset))
}

func result(_ phase: Phase, _ step: String = "", _ data: JSON = .null, at offset: Int = 0) -> JournalEntry {
    JournalEntry(phase: phase, step: step, kind: .result, data: data, at: start + .seconds(offset))
}
