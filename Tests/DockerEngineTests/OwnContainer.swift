import DockerEngine
import HTTPClient
import Lifecycle
import Model
import Processes
import Synchronization
import TestKit

/// A container on a shared engine as hooks get at it, with the deploy of its service.
struct OwnContainer: Sendable {
    let machine: TestEngine
    let name: String
    let deploy: Deploy
    let container: ServiceContainer

    init(
        _ version: String, _ image: TestImage = .idle, options: [String] = [], starts: Bool = true, words: [String] = []
    ) async throws {
        machine = try await TestEngine.shared(version)
        name = "own-" + Moves.word()
        let tag = "grapnel-test/\(name):1"
        try await machine.build(image, as: tag)
        try await machine.docker(
            [starts ? "run" : "create"] + (starts ? ["-d"] : []) + ["--name", name] + options + [tag] + words)
        container = ServiceContainer(Engine(EngineAddress(socket: machine.socket), client: HTTPClient()))
        let service = Service(
            name: "web", kind: .container(ContainerDefinition(container: name, pull: .never)),
            image: try ImageReference("grapnel-test/\(name)"))
        deploy = Deploy(
            id: DeployID(name), service: service, trigger: Trigger(.commandLine), wish: Wish(), attempt: 1, from: nil)
    }

    func remove() async throws { try await machine.docker("rm", "-f", "-v", name) }

    /// What one program prints and how it ends.
    struct Run: Sendable {
        var ending: ContainerCommand.Ending
        var stdout: String
        var stderr: String
    }

    func run(_ command: ContainerCommand) async throws -> Run {
        let printed = Printed()
        let ending = try await container.run(command, for: deploy) { printed.take($0, $1) }
        return Run(ending: ending, stdout: printed[.stdout], stderr: printed[.stderr])
    }

    func run(_ words: String...) async throws -> Run { try await run(ContainerCommand(words)) }

    func log(_ query: ContainerLogQuery) async throws -> Printed {
        let printed = Printed()
        try await container.readLog(query, of: deploy) { printed.take($0, $1) }
        return printed
    }

    /// The processes of this machine that carry the deploy's mark: what runs in the container on its behalf.
    var processes: [Int32] { DeployChildren.find(marker: DeployEnvironment.marker, value: deploy.id.text) }
}

final class Printed: Sendable {
    private let bytes = Mutex<[ContainerStream: [UInt8]]>([:])

    func take(_ stream: ContainerStream, _ new: ArraySlice<UInt8>) {
        bytes.withLock { $0[stream, default: []] += new }
    }

    subscript(stream: ContainerStream) -> String {
        bytes.withLock { String(decoding: $0[stream] ?? [], as: UTF8.self) }
    }
}
