import Lifecycle
import Model
import Synchronization
import TestKit

/// Has one service with one deploy, notes what it is asked, and answers what a test wants.
final class StandInAgent: AgentControl {
    struct Answers: Sendable {
        /// Thrown at every question.
        var problem: Problem?
        var accepted = Coordinator.Accepted.queued(Sample.id)
        /// Nil: the agent is stopped before the deploy ends.
        var outcome: DeployReport? = Sample.deploy
        var log: [UInt8] = []
        var progress: @Sendable () -> AsyncStream<DeployProgress> = { AsyncStream { $0.finish() } }
    }

    let answers = Mutex(Answers())
    private let asked = Recorded<String>()

    /// In order, with what came along.
    var calls: [String] { asked.all }

    func change(_ change: (inout Answers) -> Void) { answers.withLock { change(&$0) } }

    private func note(_ words: String?..., service: String? = nil) throws(Problem) -> Answers {
        asked.append(words.compactMap(\.self).joined(separator: " "))
        let answers = answers.withLock { $0 }
        if let problem = answers.problem { throw problem }
        if let service, service != Sample.service.name {
            throw Problem.unknownService(service, among: [Sample.service.name])
        }
        return answers
    }

    func services() async throws(Problem) -> [ServiceReport] {
        _ = try note("services")
        return [Sample.report]
    }

    func service(_ name: String) async throws(Problem) -> ServiceReport {
        _ = try note("service", name, service: name)
        return Sample.report
    }

    func plan(_ name: String, _ wish: Wish) async throws(Problem) -> PlanReport {
        _ = try note("plan", name, wish.text, service: name)
        return Sample.plan
    }

    func deploy(_ name: String, _ wish: Wish, by trigger: Trigger) async throws(Problem) -> Coordinator.Accepted {
        try note("deploy", name, wish.text, "by", trigger.kind.rawValue, trigger.by, service: name).accepted
    }

    func outcome(of id: DeployID) async throws(Problem) -> DeployReport? { try note("outcome", id.text).outcome }

    func history(service: String?, limit: Int) async throws(Problem) -> [DeployReport] {
        _ = try note("history", service ?? "all", "\(limit)")
        return [Sample.deploy]
    }

    /// The first letters will do.
    func show(_ id: String) async throws(Problem) -> DeployReport {
        _ = try note("show", id)
        guard Sample.id.text.hasPrefix(id) else { throw Problem.unknownDeploy(id) }
        return Sample.deploy
    }

    func log(of id: DeployID) async throws(Problem) -> [UInt8] { try note("log", id.text).log }

    func follow(_ id: DeployID) async throws(Problem) -> AsyncStream<DeployProgress> {
        try note("follow", id.text).progress()
    }

    func stranded() async throws(Problem) -> [DeployReport] {
        _ = try note("stranded")
        return [Sample.deploy]
    }

    func blocks(service: String?) async throws(Problem) -> [Block] {
        _ = try note("blocks", service ?? "all")
        return [Sample.block]
    }

    func unblock(_ name: String, identity: String?) async throws(Problem) -> [Block] {
        _ = try note("unblock", name, identity ?? "all", service: name)
        return [Sample.block]
    }

    func pause(_ name: String?, reason: String, by: String?) async throws(Problem) {
        _ = try note("pause", name ?? "everything", "\"\(reason)\"", "by", by, service: name)
    }

    func resume(_ name: String?, by: String?) async throws(Problem) {
        _ = try note("resume", name ?? "everything", "by", by, service: name)
    }

    func prune(_ services: [String]?, dryRun: Bool) async throws(Problem) -> PruneReport {
        _ = try note("prune", services.map { $0.joined(separator: "+") } ?? "all", dryRun ? "dry" : nil)
        return Sample.prune
    }

    func reload() async throws(Problem) -> [String] {
        _ = try note("reload")
        return ["services.site: it is odd"]
    }
}

extension Wish {
    fileprivate var text: String { json.text }
}
