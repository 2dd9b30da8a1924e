import Glibc
import Model
import Processes
import TestKit
import Testing

/// Containers that are services by their labels, with no file at all.
struct LabelTests {
    private func withAgent(
        _ version: String, _ body: (LabelledContainerHome, RunningAgent) async throws -> Void
    ) async throws {
        let home = try await LabelledContainerHome(try await TestEngine.shared(version))
        let agent = home.agent()
        #expect(await agent.waitUntilReady())
        try await body(home, agent)
        await agent.stop()
        try await home.remove()
    }

    @Test(arguments: TestEngine.versions)
    func `a container with labels is deployed like any other service`(version: String) async throws {
        try await withAgent(version) { home, agent in
            #expect(try await home.service()?["state"] == "never deployed")
            let old = try await home.image
            let new = try await home.offer(.web("two"))
            let deploy = try await home.program.run("deploy", home.name)
            #expect(deploy.exitCode == 0, "\(deploy.outputText)\(deploy.errorsText)")
            #expect(try await home.image == new)
            #expect(try await home.service()?["state"] == "deployed")
            // The labels are there again, and the way back is.
            let back = try await home.program.run("rollback", home.name)
            #expect(back.exitCode == 0)
            #expect(try await home.image == old)
            #expect(try await home.containers() == ["\(home.name) running"])
            #expect(!agent.log.contains("no container has the labels"))
        }
    }

    @Test(arguments: TestEngine.versions)
    func `services come and go with their containers, and their history stays`(version: String) async throws {
        try await withAgent(version) { home, agent in
            try await home.offer(.web("two"))
            // Made this moment, and named at once.
            try await home.run("-b")
            let deploy = try await home.program.run("deploy", home.name + "-b", "--force")
            #expect(deploy.exitCode == 0, "\(deploy.outputText)\(deploy.errorsText)")
            #expect(try await home.service("-b")?["state"] == "deployed")
            try await home.machine.docker("rm", "-f", home.name + "-b")
            #expect(try await home.service("-b") == nil)
            #expect(agent.log.contains("[\(home.name)-b] no container has the labels of this service any more"))
            let history = try await home.program.json("history", home.name + "-b")
            #expect(history.array?.count == 1)
            let unknown = try await home.program.run("deploy", home.name + "-b")
            #expect(unknown.exitCode == 2)
            // A stopped one is a service, too.
            try await home.machine.docker("stop", home.name)
            #expect(try await home.service() != nil)
        }
    }

    @Test(arguments: TestEngine.versions)
    func `what a reload brings is in force for labels, and what is wrong with them is said`(version: String)
        async throws
    {
        try await withAgent(version) { home, agent in
            home.tree.file("grapnel.yaml", "discover: off\n")
            try await home.program.run("reload")
            #expect(try await home.service() == nil)
            home.tree.file(
                "grapnel.yaml",
                "discover: { every: 1s }\nnotify: [{ plugin: webhook, url: \"http://x/\", services: [\(home.name)] }]\n"
            )
            var reload = try await home.program.run("reload")
            #expect(reload.exitCode == 0)
            #expect(!reload.errorsText.contains("there is no service"))
            #expect(try await home.service() != nil)
            // Found without anybody asking.
            try await home.run("-bad", labels: ["grapnel.enable": "true", "grapnel.helth.http": "x"])
            let mistake = "container \(home.name)-bad, label grapnel.helth: unknown key, did you mean \"health\"?"
            #expect(await wait { agent.log.contains(mistake) })
            try await home.run("-c")
            #expect(await wait { agent.log.contains("[\(home.name)-c] the container \"\(home.name)-c\" is a service") })
            #expect(try await home.service("-bad") == nil)
            reload = try await home.program.run("reload")
            #expect(reload.exitCode == 0)
            #expect(reload.errorsText.contains("warning: \(mistake)\n"))
            // The file comes first.
            home.tree.file("services.d/own.yaml", "\(home.name): { script: { run: [/bin/true] } }")
            reload = try await home.program.run("reload")
            #expect(
                reload.errorsText.contains(
                    "warning: container \(home.name), label grapnel.enable: the service \"\(home.name)\" is described at "
                        + "\(home.home)/services.d/own.yaml:1:1, which counts; these labels do nothing\n"))
            #expect(try await home.service()?["driver"] == "script")
        }
    }

    @Test(arguments: TestEngine.versions)
    func `an engine that is away takes nothing with it, and nothing is called good meanwhile`(
        version: String
    ) async throws {
        let machine = try await TestEngine.private(version)
        let home = try await LabelledContainerHome(machine)
        var agent = home.agent()
        #expect(await agent.waitUntilReady())
        #expect(try await home.program.run("deploy", home.name, "--force").exitCode == 0)
        try await machine.stop()
        func isUnknown() async throws -> Bool {
            let service = try await home.service()
            return service?["state"] == "unknown" && service?["health"] == "unknown"
                && service?["note"]?.string?.contains("does not answer") == true
        }
        #expect(try await isUnknown())
        let status = try await home.program.run("status")
        #expect(status.outputText.contains("\nnext: grapnel doctor"))
        // Nor when the agent starts without it.
        await agent.stop()
        agent = home.agent()
        #expect(await agent.waitUntilReady())
        #expect(try await isUnknown())
        #expect(agent.log.contains("what containers there are is not known: the engine at \(machine.host)"))
        let plan = try await home.program.run("plan", home.name)
        #expect(plan.exitCode != 0 && !plan.outputText.contains("unchanged"))
        try await machine.start()
        #expect(try await home.service()?["state"] == "deployed")
        #expect(agent.log.contains("the engine answers again"))
        await agent.stop()
        try await machine.remove()
    }

    @Test(arguments: TestEngine.versions)
    func `commands that need no agent see labels, too`(version: String) async throws {
        let home = try await LabelledContainerHome(try await TestEngine.shared(version))
        try await home.run("-bad", labels: ["grapnel.enable": "true", "grapnel.helth.http": "x"])
        let check = try await home.program.run("check", environment: home.environment)
        let mistake = "container \(home.name)-bad, label grapnel.helth: unknown key, did you mean \"health\"?"
        #expect(check.exitCode == 1)
        #expect(check.outputText.contains("\(mistake)\nwarning: "))
        #expect(check.outputText.contains("services by labels: \(home.name)\n"))
        let doctor = try await home.program.run("doctor", environment: home.environment)
        #expect(doctor.outputText.contains("bad     \(mistake)\n"))
        let plan = try await home.program.run("plan", home.name, environment: home.environment)
        #expect(plan.exitCode == 0)
        #expect(plan.outputText.hasPrefix("\(home.name): unchanged\n"))
        let history = try await home.program.run("history", home.name, environment: home.environment)
        #expect(history.exitCode == 0)
        let hooks = try await home.program.run("hooks", "test", "notify", home.name, environment: home.environment)
        #expect(hooks.exitCode == 0)
        // A hook for it is no mistake in its name.
        home.tree.file("hooks/\(home.name).lua", "return {}")
        let again = try await home.program.run("check", environment: home.environment)
        #expect(!again.outputText.contains("it never runs"))
        home.tree.file("grapnel.yaml", "discover: off")
        let off = try await home.program.run("check", environment: home.environment)
        #expect(off.exitCode == 0)
        #expect(off.outputText.contains("it never runs") && !off.outputText.contains("services by labels"))
        try await home.remove()
    }

    @Test func `a machine without an engine hears nothing of one`() async throws {
        let site = Installation()
        let none = ["DOCKER_HOST": "unix://\(site.tree.path("nobody.sock"))"]
        let check = try await site.program.run("check", environment: none)
        #expect(check.outputText == "\(site.home)/grapnel.yaml: good\n")
        let agent = RunningAgent(site.program, environment: none)
        #expect(await agent.waitUntilReady())
        #expect(try await site.status()["state"] == "never deployed")
        #expect(agent.log.split(separator: "\n").count == 1, "\(agent.log)")
        await agent.stop()
        // One that is there and does not answer is another matter.
        site.tree.file("somebody.sock")
        let some = ["DOCKER_HOST": "unix://\(site.tree.path("somebody.sock"))"]
        let warned = try await site.program.run("check", environment: some)
        #expect(warned.exitCode == 0)
        #expect(warned.outputText.contains("warning: containers with labels were not looked for: the engine at "))
        // Whoever wants none of it has none of it.
        site.tree.file("grapnel.yaml", Installation.settings + "\ndiscover: off\n")
        let off = try await site.program.run("check", environment: some)
        #expect(off.outputText == "\(site.home)/grapnel.yaml: good\n")
    }

    @Test(arguments: TestEngine.versions)
    func `what adopt prints is good as it is, and deploys`(version: String) async throws {
        let machine = try await TestEngine.shared(version)
        for image in [TestImage.web("one"), .idle.with { $0.health = .healthy }] {
            let home = try await LabelledContainerHome(machine, image)
            try await machine.docker("rm", "-f", home.name)
            try await home.run("", labels: [:], options: ["-p", "127.0.0.1:0:8080"])
            let before = home.tree.names(in: "")
            let adopt = try await home.program.run("adopt", home.name, environment: home.environment)
            #expect(adopt.exitCode == 0)
            #expect(home.tree.names(in: "") == before)
            #expect(
                adopt.errorsText
                    == "put this into \(home.home)/services.d/\(home.name).yaml, then: grapnel check --home \(home.home)\n"
            )
            // Where it belongs, and with each of its suggestions taken.
            home.tree.file("grapnel.yaml", "log: { level: info }\n")
            var texts = [adopt.outputText]
            let lines = adopt.outputText.split(separator: "\n").map(String.init)
            for line in lines where line.hasPrefix("    # health: ") {
                let others = lines.filter { !$0.hasPrefix("    health: ") && $0 != line }
                texts.append((others + ["    " + line.dropFirst(6)]).joined(separator: "\n") + "\n")
            }
            for text in texts {
                home.tree.file("services.d/\(home.name).yaml", text)
                let check = try await home.program.run("check", environment: home.environment)
                #expect(check.exitCode == 0, "\(check.outputText)\n\(text)")
                #expect(!check.outputText.contains("services.d"), "\(check.outputText)\n\(text)")
            }
            let plan = try await home.program.run("plan", home.name, environment: home.environment)
            #expect(plan.outputText.hasPrefix("\(home.name): unchanged\n"), "\(plan.errorsText)")
            let json = try await home.program.run("adopt", home.name, "--json", environment: home.environment)
            #expect(try JSON(parsing: json.output)["yaml"]?.string == adopt.outputText)
            try await home.remove()
        }
        let home = try await LabelledContainerHome(machine)
        let nobody = try await home.program.run("adopt", "nobody", environment: home.environment)
        #expect(nobody.exitCode == 2)
        #expect(nobody.errorsText == "grapnel: the engine at \(machine.host) has no container \"nobody\"\n")
        try await home.remove()
    }
}
