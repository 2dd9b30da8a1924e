import DockerEngine
import Model

enum AdoptCommand: Subcommand {
    static let name = "adopt"
    static let summary = "print the settings for a container that is there; nothing is written or changed"
    static let grammar = Arguments.Grammar(operands: ["CONTAINER"])

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let wanted = context.arguments[0] ?? ""
        let engine = try Wiring(home: context.home, environment: context.environment).engine()
        guard let container = try await engine.container(wanted) else {
            throw Problem(.notFound, "the engine at \(engine.address) has no container \"\(wanted)\"")
        }
        let image = try await engine.image(id: try Digest(container.imageID))
        let adoption = try Adoption(container, image: image)
        if context.wantsJSON {
            let answer: JSON = ["service": .string(adoption.name), "yaml": .string(adoption.yaml)]
            context.terminal.print(answer.prettyText)
        } else {
            context.terminal.print(adoption.yaml, terminator: "")
            let file = "\(context.home.servicesDirectory)/\(adoption.name).yaml"
            context.terminal.printError("put this into \(file), then: \(context.command("check"))")
        }
        return ExitCode.ok
    }
}
