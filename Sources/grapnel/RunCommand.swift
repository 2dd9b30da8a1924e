import API
import Daemon
import HTTPServer
import Model

enum RunCommand: Subcommand {
    static let name = "run"
    static let summary = "run the agent in the foreground, until it is asked to stop"
    static let grammar = Arguments.Grammar()

    /// What to type to start an agent there.
    static func hint(_ home: Home) -> String {
        home == .system
            ? "grapnel run (or: systemctl start grapnel)" : "grapnel run --home \(ShellWord.quoted(home.directory))"
    }

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let signals = Signals()
        let home = try await Wiring(home: context.home, environment: context.environment).open()
        let (agent, log) = (home.agent, home.log)
        let server: HTTPServer
        do throws(Problem) {
            server = try await serve(agent, context)
        } catch {
            await home.close()
            throw error
        }
        log.info(
            "grapnel \(VersionCommand.number) runs on \(context.home.directory), "
                + "\(agent.serviceCount) services, socket \(context.home.socket)")

        await signals.wait(reload: {
            do throws(Problem) {
                _ = try await agent.reload()
            } catch {
                log.error("the settings that were in force stay: \(error)")
            }
        })
        log.info("stopping; running deploys have \(Agent.stopGrace.text) to end")
        // The socket stays open meanwhile, so that `status` and those who wait get their answers.
        await agent.stop()
        await server.stop(grace: .seconds(2))
        await home.close()
        log.info("stopped")
        return ExitCode.ok
    }

    /// The socket first: an agent that takes up a deploy and then cannot start has cut it off once more, and a
    /// release that is cut off too often goes back.
    private static func serve(_ agent: Agent, _ context: Context) async throws(Problem) -> HTTPServer {
        try StateDirectory.make(context.home.socketDirectory)
        let router = Router(agent: agent, version: VersionCommand.number)
        let door = Doorkeeper()
        let server = try HTTPServer(.unix(path: context.home.socket)) { request in
            await door.isAdmitted() ? await router.answer(request) : router.refusal
        }
        do throws(Problem) {
            try await agent.start()
        } catch {
            door.open(false)
            await server.stop(grace: .seconds(2))
            throw error
        }
        door.open()
        return server
    }
}
