import Lifecycle
import Model
import Scripts
import TestKit

/// What the agent has in its environment: some for scripts, some that must not reach them.
let agentEnvironment = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/agent/home", "USER": "agent",
    "LOGNAME": "agent", "GITHUB_SECRET": "hush", "LD_PRELOAD": "", "GRAPNEL_DEPLOY": "older",
]

/// One script service in a directory of its own, with what its deploys leave behind.
struct Site {
    let directory = FileTree()
    let journal = RecordedSteps()
    var definition: ScriptDefinition
    var wish = Wish()
    var trigger = Trigger(.webhook, by: "push")
    var from: Release? = .revision("old")
    var to: Release? = .revision("new")
    var failure: String?
    var id = "0abcde1234"

    init(_ run: String...) {
        definition = ScriptDefinition(run: run)
        definition.directory = directory.path
    }

    var driver: ScriptDriver { ScriptDriver(environment: agentEnvironment, directory: directory.path) }

    var deploy: Deploy {
        Deploy(
            id: DeployID(id), service: Service(name: "site", kind: .script(definition)), trigger: trigger, wish: wish,
            attempt: 1, from: from, to: to, failure: failure)
    }

    /// With what was recorded until now, as after a restart.
    var steps: DeploySteps { journal.steps }

    func pull() async throws(Problem) { try await driver.pull(deploy, steps) }
    func up() async throws(Problem) { try await driver.up(deploy, steps) }
    func undo() async throws(Problem) -> Undone { try await driver.undo(deploy, steps) }
    func afterInterruption() async throws(Problem) -> Continuation {
        try await driver.afterInterruption(deploy, steps)
    }
}
