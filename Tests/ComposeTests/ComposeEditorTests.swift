import DockerEngine
import Lifecycle
import Model
import TestKit
import Testing

@testable import Compose

/// Somebody edits the files while a deploy is at them.
@Suite("Compose files that others edit")
struct ComposeEditorTests {
    private static let plain = """
        services:
          web:
            image: IMAGE:1.0
            stop_grace_period: 1s

        """

    private struct Stage {
        let deploy: Deploy
        let steps: DeploySteps
    }

    /// A deploy by hand, phase by phase.
    private func stage(_ scene: ComposeScene) async throws -> Stage {
        var deploy = Deploy(
            id: DeployID("0123456789"), service: scene.service, trigger: Trigger(.commandLine), wish: Wish(), attempt: 1
        )
        let plan = try await scene.driver.plan(deploy, chosen: nil, state: ServiceState(name: scene.name))
        (deploy.from, deploy.to) = (plan.from, plan.to)
        let steps = DeploySteps(phase: .pull, recorded: [], clock: ManualClock(), progress: { _ in }) { _ in }
        return Stage(deploy: deploy, steps: steps)
    }

    private func edit(_ scene: ComposeScene) -> String {
        let text = scene.text.replacing("stop_grace_period: 1s", with: "stop_grace_period: 2s # mine")
        scene.files.file("compose.yml", text)
        return text
    }

    private func refusal(_ work: () async throws -> Void) async -> Problem? {
        do { try await work() } catch { return error as? Problem }
        return nil
    }

    @Test("An edit between the plan and the deploy is noticed, and nothing is touched")
    func beforePull() async throws {
        let scene = try await ComposeScene("26.1", .second, Self.plain)
        try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let before = try await scene.containers().map { $0.id }
        let stage = try await stage(scene)
        let text = edit(scene)
        let refusal = await refusal { try await scene.driver.pull(stage.deploy, stage.steps) }
        #expect(refusal?.code == .conflict && refusal?.message.contains("compose.yml: somebody has changed it") == true)
        #expect(scene.text == text)
        #expect(try await scene.containers().map { $0.id } == before)
        try await scene.remove()
    }

    @Test("An edit between the pull and the move is noticed, and nothing is touched")
    func beforeUp() async throws {
        let scene = try await ComposeScene("26.1", .second, Self.plain)
        try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let before = try await scene.containers().map { $0.id }
        let stage = try await stage(scene)
        try await scene.driver.pull(stage.deploy, stage.steps)
        let text = edit(scene)
        let refusal = await refusal { try await scene.driver.up(stage.deploy, stage.steps) }
        #expect(refusal?.code == .conflict && refusal?.message.contains("compose.yml: somebody has changed it") == true)
        #expect(try await scene.driver.undo(stage.deploy, stage.steps) == .restored)
        #expect(scene.text == text && scene.files.names() == ["compose.yml"])
        #expect(try await scene.containers().map { $0.id } == before)
        try await scene.remove()
    }

    @Test(
        "An edit after the move stays when the release is taken back, and the old release runs",
        arguments: ["mine", "broken"])
    func afterUp(kind: String) async throws {
        let scene = try await ComposeScene("26.1", .second, Self.plain)
        let (digests, before) = (try await scene.digests(), try await scene.containers())
        try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let stage = try await stage(scene)
        try await scene.driver.pull(stage.deploy, stage.steps)
        try await scene.driver.up(stage.deploy, stage.steps)
        #expect(try await scene.digests() != digests)
        var text = edit(scene)
        if kind == "broken" {
            text = "services: [\n"
            scene.files.file("compose.yml", text)
        }
        var deploy = stage.deploy
        deploy.failure = "a test"
        let undone = try await scene.driver.undo(deploy, stage.steps)
        guard case .notRestored(let reason) = undone else {
            Issue.record("\(undone)")
            return
        }
        #expect(reason.contains("compose.yml: somebody has changed it meanwhile; it was left as it is"), "\(reason)")
        #expect(scene.text == text && scene.files.names() == ["compose.yml"])
        #expect(try await scene.digests() == digests)
        let after = try await scene.containers()
        #expect(after.map { $0.name } == before.map { $0.name } && after.allSatisfy { $0.isRunning })
        try await scene.remove()
    }

    @Test("A file that cannot be read any more is said so, with its place, and the service stays up")
    func broken() async throws {
        let scene = try await ComposeScene("26.1", .second, Self.plain)
        let before = try await scene.containers().map { $0.id }
        try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        scene.files.file("compose.yml", scene.text.replacing("    stop", with: "   stop"))
        let record = try await scene.trial.deploy()
        #expect(
            record.outcome == .failed && record.reason?.contains("compose.yml:4:") == true, "\(record.reason ?? "")")
        // What only compose itself finds wrong.
        scene.files.file("compose.yml", Self.plain.replacing("IMAGE", with: scene.repository) + "    prots: [1]\n")
        let second = try await scene.trial.deploy()
        #expect(second.reason?.contains("docker compose does not take") == true, "\(second.reason ?? "")")
        #expect(second.outcome != .deployed)
        #expect(try await scene.journal.blocks(service: nil) == [])
        #expect(try await scene.containers().map { $0.id } == before)
        #expect(scene.files.names() == ["compose.yml"])
        try await scene.remove()
    }

    @Test("The link stays a link, and what it leads to is edited")
    func links() async throws {
        let scene = try await ComposeScene("26.1", .second, Self.plain)
        scene.files.file("real/site.yml", scene.text)
        scene.files.remove("compose.yml")
        scene.files.link("compose.yml", to: "real/site.yml")
        let digest = try await scene.offer(.idle.with { $0.labels["release"] = "2" })
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .deployed, "\(record.reason ?? "")")
        #expect(scene.files.read("real/site.yml")?.contains("1.0@\(digest)") == true)
        #expect(scene.files.names() == ["compose.yml", "real"] && scene.files.names(in: "real") == ["site.yml"])
        let before = try await scene.containers().map { $0.id }
        try await scene.up()
        #expect(try await scene.containers().map { $0.id } == before)
        try await scene.remove()
    }

    @Test("Services of one image that name different tags are not moved to one of them unasked")
    func differentTags() async throws {
        let text = Self.plain + "  worker:\n    image: IMAGE:2.0\n    stop_grace_period: 1s\n"
        let scene = try await ComposeScene("26.1", .second, text, service: nil, starts: false)
        let record = try await scene.trial.deploy()
        #expect(record.outcome == .failed, "\(record.reason ?? "")")
        #expect(record.reason?.contains("web names 1.0 and worker names 2.0") == true, "\(record.reason ?? "")")
        try await scene.remove()
    }
}
