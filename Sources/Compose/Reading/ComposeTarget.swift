import Files
import Lifecycle
import Model
import Processes

/// What one service of the settings is among a project's services, as the files say it now.
struct ComposeTarget: Sendable {
    let project: ComposeProject
    let name: String
    /// Those that are moved.
    let services: [String]
    /// Those that get the image in their file too, and are not brought up: their profile is not asked for.
    let passive: [String]
    /// As compose is told of them.
    let files: [String]
    let environmentFiles: [String]

    private static let largest = 1 << 20

    /// `environment` is what compose will run with.
    static func load(
        _ definition: ComposeDefinition, of service: Service, environment: [String: String]
    ) async throws(Problem) -> ComposeTarget {
        do throws(Problem) {
            return try await OwnThread.run(throwing: { () throws(Problem) in
                try ComposeTarget(definition, of: service, environment: environment)
            })
        } catch {
            throw error.at("services.\(service.name)")
        }
    }

    init(
        _ definition: ComposeDefinition, of service: Service, environment: [String: String]
    ) throws(Problem) {
        let surroundings = environment.merging(definition.environment) { _, own in own }
        let directory = ComposeTarget.directory(of: definition)
        files = ComposeTarget.files(of: definition)
        environmentFiles = definition.environmentFiles
        var read: [ComposeFile] = []
        for path in files {
            read.append(try ComposeFile(FileContent.read(path, limit: ComposeTarget.largest), path: path))
        }
        var variables: [EnvironmentFile] = []
        if definition.environmentFiles.isEmpty {
            // It need not be there, but may have to be written.
            let path = "\(directory)/.env"
            let bytes: [UInt8]
            do throws(Problem) { bytes = try FileContent.read(path, limit: ComposeTarget.largest) } catch {
                guard error.code == .notFound else { throw error }
                bytes = []
            }
            variables.append(try EnvironmentFile(bytes, path: path, before: surroundings))
        }
        for path in definition.environmentFiles {
            let before = EnvironmentFile.variables(variables, above: surroundings)
            variables.append(
                try EnvironmentFile(FileContent.read(path, limit: ComposeTarget.largest), path: path, before: before))
        }
        project = ComposeProject(
            files: read, environmentFiles: variables, surroundings: surroundings, directory: directory)
        if let own = definition.project { name = own } else { name = try project.name() }
        let all = try ComposeTarget.services(definition, service, project)
        let isActive = { [project] name in definition.service != nil || project.isActive(name, in: definition.profiles)
        }
        services = all.contains(where: isActive) ? all.filter(isActive) : all
        passive = all.filter { [services] in !services.contains($0) }
    }

    /// That of the first file, as compose takes it.
    static func directory(of definition: ComposeDefinition) -> String {
        let first = definition.files.first ?? "/"
        let directory = first[..<(first.lastIndex(of: "/") ?? first.startIndex)]
        return directory.isEmpty ? "/" : String(directory)
    }

    /// With the override that compose adds by itself to a file that it finds by itself: whoever types `docker compose up`
    /// gets it too.
    private static func files(of definition: ComposeDefinition) -> [String] {
        let own = OverrideFile.foundByCompose(beside: definition.files).first { FileContent.isThere($0) }
        return definition.files + (own.map { [$0] } ?? [])
    }

    private static func services(
        _ definition: ComposeDefinition, _ service: Service, _ project: ComposeProject
    ) throws(Problem) -> [String] {
        if let own = definition.service { return [own] }
        guard let image = service.image else {
            throw Problem(.invalid, "neither compose.service nor image says which of the project's services it is")
        }
        let names = project.serviceNames.filter { name in
            (try? project.image(of: name).reference())?.repository == image.repository
        }
        guard names.isEmpty else { return names }
        throw Problem(
            .notFound,
            "\(definition.files.joined(separator: ", ")): no service runs an image of \(image.familiarRepository)")
    }

    /// Nobody knows which of several tags is followed by services that move to one release.
    func requireOneTag() throws(Problem) {
        var tags: [String: String] = [:]
        for service in services {
            // What is not written here is no tag of another.
            guard let written = try? project.image(of: service).reference() else { continue }
            tags[service] = written.tag ?? "latest"
        }
        guard Set(tags.values).count > 1 else { return }
        let list = tags.sorted { $0.key < $1.key }.map { "\($0.key) names \($0.value)" }
        throw Problem(
            .invalid,
            "\(files.joined(separator: ", ")): \(list.joined(separator: " and ")); say with \"track\" which tag they follow "
                + "together, or with \"service\" which of them it is")
    }

    /// The image as it is written, of the first of the services: they all move to one release.
    func writtenImage() throws(Problem) -> ImageReference {
        let written = try project.image(of: services[0])
        do throws(Problem) {
            return try written.reference()
        } catch {
            let file = project.files[written.file]
            throw error.at("\(file.place(written.node)): services.\(written.service).image")
        }
    }
}
