import Model

@testable import Lifecycle

enum Sample {
    static let id = DeployID("0abcde1234")
    static let service = Service(name: "site", kind: .script(ScriptDefinition(run: ["./run.sh"])))
    private static let moment = Timestamp(microseconds: 1_800_000_000_000_000)

    private static let record: DeployRecord = {
        var record = DeployRecord(
            id: id, service: "site", driver: .script, trigger: Trigger(.commandLine, by: "alice"), wish: Wish(),
            accepted: moment)
        record.started = moment
        record.finished = moment + .seconds(2)
        record.to = .revision("v2")
        record.outcome = .deployed
        return record
    }()

    static let deploy = DeployReport(record, entries: [])

    static let block = Block(
        service: "site", release: .revision("v1"), reason: "up: it broke", since: moment, expires: nil, deploy: id)

    static let plan = PlanReport(
        service: "site", from: .revision("v1"), to: .revision("v2"), decision: "deploy", reason: nil,
        hooks: [(.preUp, ["10-backup"])], gate: "10s")

    static let prune = PruneReport(
        entries: [
            PruneReport.Entry(services: ["web"], image: "shop/web@0123", fate: .removed, size: 1000, reason: nil),
            PruneReport.Entry(
                services: ["db"], image: "db@4567", fate: .stays, size: 2000, reason: "it is what db runs"),
        ], isDryRun: false, freed: 900, nameless: 2)

    static let report = ServiceReport(
        service: service, state: ServiceState(name: "site"), activity: Coordinator.Activity(), stall: nil,
        blocks: [block], lastDeploy: record, health: .healthy, isPausedGlobally: false)
}
