package import Model

/// A home without any settings, on a real engine with a container that its labels make a service.
package final class LabelledContainerHome: ProgramHome {
    package let tree = FileTree()
    package let machine: TestEngine
    /// Of the container, and so of the service.
    package let name: String

    package static let labels = [
        "grapnel.enable": "true", "grapnel.pull": "never", "grapnel.health.stable": "200ms",
        "grapnel.health.interval": "100ms", "grapnel.health.grace": "10s",
    ]

    package init(_ machine: TestEngine, _ image: TestImage = .idle) async throws(Problem) {
        self.machine = machine
        name = "labelled-" + String(UInt32.random(in: .min ... .max), radix: 36)
        try await offer(image)
        try await run()
    }

    package var tag: String { "grapnel-test/\(name):latest" }
    package var environment: [String: String] { ["DOCKER_HOST": machine.host] }

    /// What the tag stands for from now on. Answers the image's id.
    @discardableResult
    package func offer(_ image: TestImage) async throws(Problem) -> String {
        try await machine.build(image, as: tag)
    }

    /// Makes a container, of this name or of one that begins with it.
    package func run(
        _ suffix: String = "", labels: [String: String] = labels, options: [String] = ["--restart", "always"]
    ) async throws(Problem) {
        let words = labels.sorted { $0.key < $1.key }.flatMap { ["--label", "\($0.key)=\($0.value)"] }
        try await machine.docker(["run", "-d", "--name", name + suffix] + words + options + [tag])
    }

    /// Looks at the engine.
    package func agent(_ more: [String: String] = [:]) -> RunningAgent {
        RunningAgent(program, environment: environment.merging(more) { $1 })
    }

    /// The status of that service; nil when it is none.
    package func service(_ suffix: String = "") async throws(Problem) -> JSON? {
        try await program.json("status").array?.first { $0["name"]?.string == name + suffix }
    }

    /// Those whose names begin with this one's, each with its state and its image.
    package func containers() async throws(Problem) -> [String] {
        try await machine.docker(
            "ps", "-a", "--no-trunc", "--filter", "name=\(name)", "--format", "{{.Names}} {{.State}}"
        )
        .split(separator: "\n").map(String.init).sorted()
    }

    package var image: String {
        get async throws(Problem) { try await machine.docker("inspect", "-f", "{{.Image}}", name) }
    }

    package func remove() async throws(Problem) {
        let ids = try await machine.docker("ps", "-aq", "--filter", "name=\(name)").split(separator: "\n")
        if !ids.isEmpty { try await machine.docker(["rm", "-f", "-v"] + ids.map(String.init)) }
    }
}
