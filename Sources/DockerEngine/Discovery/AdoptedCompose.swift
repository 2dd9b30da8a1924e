import Model

/// The service of a compose project that a container is, as its labels tell.
struct AdoptedCompose {
    private let files: [String]
    private let project: String
    private let service: String

    /// Nil when compose has not made it, or has not said from which files.
    init?(_ container: Container) {
        let labels = container.labels
        guard let project = labels["com.docker.compose.project"], let service = labels["com.docker.compose.service"],
            labels["com.docker.compose.oneoff"]?.lowercased() != "true"
        else { return nil }
        let directory = labels["com.docker.compose.project.working_dir"] ?? ""
        files = (labels["com.docker.compose.project.config_files"] ?? "").split(separator: ",").map { file in
            file.hasPrefix("/") ? String(file) : "\(directory)/\(file)"
        }
        guard !files.isEmpty, files.allSatisfy({ $0.hasPrefix("/") }) else { return nil }
        self.project = project
        self.service = service
    }

    /// Two projects may have a service of one name.
    var name: String { "\(project)-\(service)" }

    var lines: [String] {
        let list = files.map { JSON.string($0).text }
        return [
            "compose:", "  file: \(list.count == 1 ? list[0] : "[\(list.joined(separator: ", "))]")",
            "  project: \(Adoption.word(project))", "  service: \(Adoption.word(service))",
        ]
    }
}
