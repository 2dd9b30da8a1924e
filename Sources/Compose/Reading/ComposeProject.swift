import Model
import YAML

/// What the files of a compose project say of its images, as compose itself will read them.
struct ComposeProject {
    /// Later ones add to the earlier ones, and win.
    let files: [ComposeFile]
    let environmentFiles: [EnvironmentFile]
    /// Those that stand above all files.
    let surroundings: [String: String]
    let variables: [String: String]
    /// Where paths in the files begin; by default that of the first file.
    let directory: String

    init(
        files: [ComposeFile], environmentFiles: [EnvironmentFile], surroundings: [String: String], directory: String
    ) {
        self.files = files
        self.environmentFiles = environmentFiles
        self.surroundings = surroundings
        self.directory = directory
        variables = EnvironmentFile.variables(environmentFiles, above: surroundings)
    }

    var serviceNames: [String] {
        var seen: Set<String> = []
        return files.flatMap(\.serviceNames).filter { seen.insert($0).inserted }
    }

    /// The project's name where neither the settings nor a label says it.
    func name() throws(Problem) -> String {
        if let name = variables["COMPOSE_PROJECT_NAME"], !name.isEmpty { return name }
        for file in files.reversed() {
            guard let node = file.root["name"], let scalar = node.scalar, !node.isNothing else { continue }
            do throws(Problem) {
                return try Template(scalar.text).text(variables)
            } catch {
                throw error.at("\(file.place(node)): name")
            }
        }
        let last = directory.split(separator: "/").last.map(String.init) ?? ""
        let letters = last.lowercased().unicodeScalars.filter {
            ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
        }
        return String(String.UnicodeScalarView(letters.drop { $0 == "-" || $0 == "_" }))
    }

    /// Whether a service is brought up when nobody names it. `COMPOSE_PROFILES` stands in a file of variables.
    func isActive(_ service: String, in profiles: [String]) -> Bool {
        let nodes = files.compactMap { $0.service(service)?["profiles"] }
        let own = nodes.flatMap { $0.sequence ?? [] }.compactMap { $0.scalar?.text }
        let asked = profiles + (variables["COMPOSE_PROFILES"] ?? "").split(separator: ",").map(String.init)
        return own.isEmpty || own.contains { asked.contains($0) || asked.contains("*") }
    }

    /// Those whose containers get all variables of a file.
    func services(readingVariablesFrom path: String) -> [String] {
        func isIt(_ text: String?) -> Bool {
            guard let text, let name = try? Template(text).text(variables) else { return false }
            let words = name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
            return (name.hasPrefix("/") ? "/\(words)" : "\(directory)/\(words)") == path
        }
        return serviceNames.filter { service in
            files.compactMap { $0.service(service)?["env_file"] }.contains { node in
                isIt(node.scalar?.text)
                    || (node.sequence ?? []).contains { isIt($0.scalar?.text) || isIt($0["path"]?.scalar?.text) }
            }
        }
    }

    // MARK: - Images

    /// Where the image of a service is written, and what it comes to.
    func image(of service: String) throws(Problem) -> WrittenImage {
        let nodes = files.enumerated().compactMap { index, file in
            file.service(service).map { (index: index, node: $0) }
        }
        guard !nodes.isEmpty else { throw missing(service) }
        guard
            let (index, image) = nodes.reversed().lazy.compactMap({ found in
                found.node["image"].map { (found.index, $0) }
            }).first, !image.isNothing
        else {
            let file = files[nodes[nodes.count - 1].index]
            throw withoutImage(nodes.map(\.node), "\(file.place(nodes[nodes.count - 1].node)): services.\(service)")
        }
        let place = "\(files[index].place(image)): services.\(service).image"
        guard let scalar = image.scalar else {
            throw Problem(.invalid, "\(place): it is \(image.kind), expected an image reference")
        }
        do throws(Problem) {
            let template = try Template(scalar.text)
            return WrittenImage(
                service: service, file: index, node: image, template: template, text: try template.text(variables))
        } catch {
            throw error.at(place)
        }
    }

    private func missing(_ service: String) -> Problem {
        let shown = files.map(\.path).joined(separator: ", ")
        if let file = files.first(where: { $0.root["include"] != nil }), let include = file.root["include"] {
            return Problem(
                .unsupported,
                "\(file.place(include)): include: the service \"\(service)\" is not written in \(shown) itself, so its image "
                    + "cannot be edited there; name the included file in \"file\", or say \"pin: override\"")
        }
        let known = serviceNames.isEmpty ? "there is none" : "there are \(serviceNames.joined(separator: ", "))"
        return Problem(.notFound, "\(shown): no service \"\(service)\"; \(known)")
    }

    private func withoutImage(_ nodes: [YAML.Node], _ place: String) -> Problem {
        if nodes.contains(where: { $0["extends"] != nil }) {
            return Problem(
                .unsupported,
                "\(place): its image comes from what it extends, so that it cannot be edited here; write an \"image\" into "
                    + "the service, or say \"pin: override\"")
        }
        if nodes.contains(where: { $0["build"] != nil }) {
            return Problem(
                .unsupported,
                "\(place): it is built, and has no \"image\" that could be followed; push it to a registry and name it")
        }
        return Problem(.invalid, "\(place): it has no \"image\"")
    }
}

/// The image of one service, as it is written.
struct WrittenImage {
    let service: String
    /// Which of the project's files has it.
    let file: Int
    let node: YAML.Node
    let template: Template
    /// With all variables put in.
    let text: String

    func reference() throws(Problem) -> ImageReference { try ImageReference(text) }
}
