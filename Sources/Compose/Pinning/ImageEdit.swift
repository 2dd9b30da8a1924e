import Model

/// Which bytes have to become others, so that an image comes to another one: a part of what is written, or the value of
/// a variable in it.
struct ImageEdit {
    let project: ComposeProject
    let written: WrittenImage

    /// The file and the edit in it.
    func edit(
        to text: String, in place: ComposeDefinition.Pin?
    ) throws(Problem) -> (path: String, edit: TextEdit) {
        if place != .env, let edit = try inFile(text) { return (file.path, edit) }
        if place != .file, let found = try inEnvironment(text, mayAdd: place == .env) { return found }
        throw try refusal(place, text)
    }

    private var file: ComposeFile { project.files[written.file] }

    private var position: String { "\(file.place(written.node)): services.\(written.service).image" }

    // MARK: - In the compose file

    private func inFile(_ text: String) throws(Problem) -> TextEdit? {
        let scalar = ScalarText(written.node, in: file.bytes)
        guard let range = scalar.range else { return nil }
        if written.template.isPlain { return TextEdit(range: range, text: text) }
        // With escapes and line breaks, nobody knows which bytes stand for which part.
        guard scalar.isVerbatim else { return nil }
        let leaves = try written.template.leaves(project.variables)
        guard let (leaf, part) = last(of: leaves, text), case .written(let own) = leaf.source else { return nil }
        return TextEdit(range: range.lowerBound + own.lowerBound..<range.lowerBound + own.upperBound, text: part)
    }

    // MARK: - In a file of variables

    /// `mayAdd`: also where none of them sets the variable yet.
    private func inEnvironment(
        _ text: String, mayAdd: Bool
    ) throws(Problem) -> (path: String, edit: TextEdit)? {
        let leaves = try written.template.variableLeaves(project.variables)
        guard let (leaf, part) = last(of: leaves, text), case .variable(let name) = leaf.source,
            project.surroundings[name] == nil
        else { return nil }
        if let file = project.environmentFiles.last(where: { $0[name] != nil }), let entry = file[name] {
            return (file.path, TextEdit(range: entry.range, text: part))
        }
        guard mayAdd, let file = project.environmentFiles.last else { return nil }
        return (file.path, file.adding(name, part))
    }

    /// The last piece, and what it would have to be: an image ends with its tag and digest, so that one moves. Nil when
    /// what is before it would have to move too.
    private func last(of leaves: [Template.Leaf], _ text: String) -> (leaf: Template.Leaf, part: String)? {
        guard let index = leaves.lastIndex(where: { !$0.text.isEmpty }) else { return nil }
        let before = leaves[..<index].map(\.text).joined()
        guard text.utf8.count > before.utf8.count, text.hasPrefix(before) else { return nil }
        return (leaves[index], String(text.dropFirst(before.count)))
    }

    // MARK: - Neither

    private func refusal(_ place: ComposeDefinition.Pin?, _ text: String) throws(Problem) -> Problem {
        let leaves = try written.template.leaves(project.variables)
        let names = leaves.compactMap { leaf in
            if case .variable(let name) = leaf.source { name } else { nil }
        }
        if let name = names.first(where: { project.surroundings[$0] != nil }) {
            return Problem(
                .unsupported,
                "\(position): it depends on \(name), which \"environment\" of the settings sets; say \"pin: override\"")
        }
        if place == .file, try inEnvironment(text, mayAdd: false) != nil {
            return Problem(
                .unsupported,
                "\(position): its tag is a variable that \(project.environmentFiles.last?.path ?? "another file") sets; leave "
                    + "\"pin\" out or say \"pin: env\", and it is written there")
        }
        if place == .env, names.isEmpty {
            return Problem(
                .unsupported, "\(position): no variable stands in it, as \"pin: env\" needs; say \"pin: file\"")
        }
        return Problem(
            .unsupported,
            "\(position): no single part of it can be edited so that it becomes \"\(text)\"; say \"pin: override\"")
    }
}

extension Template {
    /// Like `leaves`, with each variable as a whole: what it would have to be set to.
    func variableLeaves(_ variables: [String: String]) throws(Problem) -> [Leaf] {
        var leaves: [Leaf] = []
        for part in parts {
            let own = Template(single: part)
            switch part {
            case .variable(let name, let operation) where operation?.kind != .replacement:
                leaves.append(Leaf(text: try own.text(variables), source: .variable(name)))
            default: leaves += try own.leaves(variables)
            }
        }
        return leaves
    }
}
