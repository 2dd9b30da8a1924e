import Model

/// A project in which some services get another image: which bytes of which files are to be others.
///
/// It is only answered when nothing else changes by it, as far as the files say; compose is asked too before they are
/// replaced.
struct PinnedProject {
    let after: ComposeProject
    /// By the path of the file.
    let edits: [String: [TextEdit]]

    /// `place`: where the images may be written; nil for where they are written now.
    init(
        _ project: ComposeProject, _ services: [String], to image: ImageReference,
        in place: ComposeDefinition.Pin? = nil
    ) throws(Problem) {
        var edits: [String: Set<TextEdit>] = [:]
        var wanted: [String: String] = [:]
        for service in services {
            let written = try project.image(of: service)
            let text = try PinnedProject.text(image, as: written, in: project)
            wanted[service] = text
            guard text != written.text else { continue }
            let (path, edit) = try ImageEdit(project: project, written: written).edit(to: text, in: place)
            edits[path, default: []].insert(edit)
        }
        self.edits = edits.mapValues { Array($0) }
        for (path, edits) in self.edits {
            let ends = edits.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
            let overlap = zip(ends, ends.dropFirst()).contains { $0.upperBound > $1.lowerBound }
            guard !overlap else {
                throw Problem(.invalid, "\(path): one place would have to hold two images")
            }
        }
        after = try project.applying(self.edits)
        try check(project, services, wanted)
    }

    /// The image's name stays as it was written: `nginx` does not become `docker.io/library/nginx`.
    private static func text(
        _ image: ImageReference, as written: WrittenImage, in project: ComposeProject
    ) throws(Problem) -> String {
        guard let before = try? written.reference(), before.repository == image.repository else {
            return image.familiar
        }
        let suffix = before.familiar.dropFirst(before.familiarRepository.count)
        let name =
            written.text.hasSuffix(suffix) ? String(written.text.dropLast(suffix.count)) : image.familiarRepository
        return name + image.familiar.dropFirst(image.familiarRepository.count)
    }

    private func check(_ before: ComposeProject, _ services: [String], _ wanted: [String: String]) throws(Problem) {
        for service in services {
            let written = try after.image(of: service)
            guard written.text == wanted[service] else {
                let place = "\(after.files[written.file].place(written.node)): services.\(service).image"
                throw Problem(.unsupported, "\(place): it would come to \"\(written.text)\"; say \"pin: override\"")
            }
        }
        let own = Set(services)
        for path in edits.keys where before.environmentFiles.contains(where: { $0.path == path }) {
            guard let reader = before.services(readingVariablesFrom: path).first(where: { !own.contains($0) }) else {
                continue
            }
            throw Problem(
                .unsupported,
                "\(path): the containers of \(reader) get all of its variables (env_file), and would be made anew for the tag "
                    + "of another service; say \"pin: override\"")
        }
        guard let other = ModelDifference.places(before, after).first(where: { !$0.isImage(of: own) }) else { return }
        if case .image(let service)? = other.meaning {
            throw Problem(
                .unsupported,
                "\(other.position): the image of \(services.sorted().joined(separator: ", ")) is written in one place with "
                    + "that of \(service), which would move too; leave \"service\" out of the settings, so that all of one "
                    + "image move together, or say \"pin: override\"")
        }
        throw Problem(
            .unsupported,
            "\(other.position): \(other.path) would become another too, because it is written in one place with the image; "
                + "say \"pin: override\"")
    }
}

extension ComposeProject {
    /// With other bytes in its files.
    func applying(_ edits: [String: [TextEdit]]) throws(Problem) -> ComposeProject {
        var files: [ComposeFile] = []
        for file in self.files {
            guard let edits = edits[file.path] else {
                files.append(file)
                continue
            }
            files.append(try ComposeFile(TextEdit.apply(edits, to: file.bytes), path: file.path))
        }
        var environmentFiles: [EnvironmentFile] = []
        for file in self.environmentFiles {
            let bytes = edits[file.path].map { TextEdit.apply($0, to: file.bytes) } ?? file.bytes
            let before = EnvironmentFile.variables(environmentFiles, above: surroundings)
            environmentFiles.append(try EnvironmentFile(bytes, path: file.path, before: before))
        }
        return ComposeProject(
            files: files, environmentFiles: environmentFiles, surroundings: surroundings, directory: directory)
    }
}
