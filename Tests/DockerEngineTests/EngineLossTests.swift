import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

/// The engine goes away in the middle of deploys, and comes back with what its restart policies make of it. Many
/// services are deployed at once, each as far as another write to its journal when it happens.
struct EngineLossTests {
    private static let policies = ["no", "always", "unless-stopped", "on-failure"]

    enum Loss: CaseIterable {
        /// The power of the whole machine: the agent, the engine and all containers.
        case power
        /// The engine and its containers die, and the agent sees it.
        case killed
        /// As `systemctl restart docker` does it.
        case restarted
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let version: String
        let policy: String
        let loss: Loss

        var testDescription: String { "\(version), \(policy), \(loss)" }

        /// Each policy with one kind of loss, another on the other engine; all of them when there is time.
        static var all: [Case] {
            var cases: [Case] = []
            for (offset, version) in TestEngine.versions.enumerated() {
                for (number, policy) in policies.enumerated() {
                    for (turn, loss) in Loss.allCases.enumerated() where isLong || (number + offset) % 3 == turn {
                        cases.append(Case(version: version, policy: policy, loss: loss))
                    }
                }
            }
            return cases
        }
    }

    @Test("One container is left of each service, and it runs", arguments: Case.all)
    func lost(_ one: Case) async throws {
        let machine = try await TestEngine.private(one.version)
        for isGood in [true, false] {
            let writes = try await wholeCount(machine, one.policy, isGood)
            let numbers = Array(stride(from: isLong ? 1 : isGood ? 3 : 5, through: writes, by: isLong ? 1 : 4))
            var trials: [LossTrial] = []
            for (turn, number) in numbers.enumerated() {
                let options = turn % 2 == 0 ? ["-p", "127.0.0.1:\(20_000 + number):8080"] : []
                trials.append(
                    try await LossTrial(machine, one.policy, options: options, isGood: isGood, lossAfter: number))
            }
            try await LossTrial.run(trials, one.loss)
            for trial in trials where !trial.hasLostPort { try await trial.check() }
            for trial in trials where trial.hasLostPort { try await trial.checkLostPort() }
        }
        try await machine.remove()
    }

    private func wholeCount(_ machine: TestEngine, _ policy: String, _ isGood: Bool) async throws -> Int {
        let trial = try await LossTrial(machine, policy, options: [], isGood: isGood, lossAfter: 0)
        await trial.moves.live()
        try await trial.check()
        #expect(trial.moves.journal.writeCount > 12)
        return trial.moves.journal.writeCount
    }
}
