package import Lifecycle
package import Model
import Processes

/// The part that changes the world. The power may fail at each line; what then, is said where it matters.
extension ScriptDriver {
    /// The names under which the journal knows what was run.
    private enum Step {
        static let run = "run"
        /// `grapnel rollback`: a deploy onto the release before, by the rollback script.
        static let goBack = "go-back"
        static let undo = "undo"
    }

    /// Only looks whether the scripts can be started: there is nothing to bring here.
    package func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let definition = try definition(of: deploy)
        let forward = deploy.wish.target == .previous ? definition.rollbackScript : definition.runScript
        if let forward {
            let key = deploy.wish.target == .previous ? "rollback" : "run"
            try await check(forward, key: key, of: deploy.service).check()
        }
        guard deploy.wish.target != .previous, let rollback = definition.rollbackScript else { return }
        do throws(Problem) {
            try await check(rollback, key: "rollback", of: deploy.service).check()
        } catch {
            if error.code == .interrupted { throw error }
            // It may yet come with the release, for example when `run` is what checks the sources out.
            steps.log("\(error); as things are, a failed deploy could not be undone")
        }
    }

    package func up(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        let definition = try definition(of: deploy)
        guard deploy.wish.target == .previous else {
            // Never twice: what it did is unknown, and `afterInterruption` has said so.
            if steps.isInFlight(Step.run) { throw Problem(.failed, cutOff(Step.run, steps)) }
            let undo = definition.rollbackScript?.json ?? .null
            return try await perform(Step.run, definition.runScript, undo: undo, restoring: nil, deploy, steps)
        }
        guard let rollback = definition.rollbackScript else {
            throw Problem(.invalid, "\(deploy.service.place).script has no \"rollback\" any more")
        }
        try await perform(Step.goBack, rollback, undo: .null, restoring: deploy.to, deploy, steps)
    }

    /// By the script that was recorded when the deploy began, again and again until it has ended once: a rollback
    /// that was cut off is begun anew.
    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        let step = deploy.wish.target == .previous ? Step.goBack : Step.run
        guard let intent = steps.intent(step), !wasNotStarted(step, steps) else { return .restored }
        let place = "\(deploy.service.place).script"
        if step == Step.goBack {
            let reason = "\(place).rollback is the only way back and is what ran, so the service is as it left it"
            return .notRestored(reason: reason)
        }
        guard let script = try Script.read(intent["undo"]) else {
            return .notRestored(
                reason: "\(place) has no \"rollback\", so the service is as the failed script left it")
        }
        try await perform(Step.undo, script, undo: .null, restoring: deploy.from, deploy, steps)
        return .restored
    }

    package func afterInterruption(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Continuation {
        // A rollback script in flight is run again, by `up`: there is nothing else that could put things right.
        steps.isInFlight(Step.run) ? .undo(reason: cutOff(Step.run, steps)) : .goOn
    }

    private func cutOff(_ step: String, _ steps: DeploySteps) -> String {
        let name = steps.intent(step)?["script"]?.string ?? "the script"
        return "\(name) was running when the agent was killed, its result is unknown"
    }

    private func wasNotStarted(_ step: String, _ steps: DeploySteps) -> Bool {
        guard !steps.isInFlight(step), let recorded = steps.result(step) else { return false }
        if case .notStarted = ScriptEnd(json: recorded) { return true }
        return false
    }

    /// Runs the script, or answers what the journal knows of its end. Killed between `begin` and `end`, the result is
    /// unknown, even if the script was never started; killed after `end`, it is not run a second time.
    private func perform(
        _ step: String, _ script: Script, undo: JSON, restoring release: Release?, _ deploy: Deploy,
        _ steps: DeploySteps
    ) async throws(Problem) {
        let end: ScriptEnd
        if !steps.isInFlight(step), let recorded = steps.result(step) {
            guard let known = ScriptEnd(json: recorded) else {
                throw Problem(.corrupt, "journal: how \(script.name) ended cannot be read: \(recorded.text)")
            }
            end = known
        } else {
            // Better not begun than begun and cut off.
            if Task.isCancelled { throw Problem(.interrupted, "the agent is being stopped") }
            try await steps.begin(step, ["script": .string(script.name), "undo": undo])
            let log = OutputLog(limit: script.output) { steps.log($0) }
            end = try await runner.run(script, for: deploy, restoring: release, log: log)
            try await steps.end(step, end.json)
        }
        switch end {
        case .succeeded: break
        case .failed(let problem): throw problem
        // It says nothing about the release, whatever it was that kept the script from starting.
        case .notStarted(let problem): throw problem.code == .failed ? Problem(.limit, problem.message) : problem
        }
    }
}
