import LuaRuntime
package import Model

/// What a plugin's file says of itself.
package struct PluginManifest: Hashable, Sendable {
    package let kind: PluginKind
    package let name: String
    package let summary: String
    package let needs: Set<Power>
    /// Required ones first, then by name.
    package let options: [PluginOption]

    /// The number of the API that plugins are written for.
    package static let api: Int64 = 1

    private static let keys = ["api", "kind", "name", "summary", "needs", "options"]

    /// `name` is that of the file, `kind` that of its directory when it is one of ours.
    init(_ value: LuaValue, kind directory: PluginKind?, name file: String) throws(Problem) {
        guard let table = value.table, table.list.isEmpty, table.namedFields.count == table.fields.count else {
            throw Problem(.invalid, "it returns \(value.shown), expected a plugin's table")
        }
        guard table["api"].integer == PluginManifest.api else {
            throw Problem(.invalid, "api: is \(table["api"].shown), expected \(PluginManifest.api)")
        }
        kind = try PluginManifest.kind(table["kind"], in: directory)
        guard table["name"].text == file else {
            throw Problem(.invalid, "name: is \(table["name"].shown), expected \"\(file)\", as its file is called")
        }
        name = file
        let keys = PluginManifest.keys + [kind.function]
        for (key, _) in table.namedFields where !keys.contains(key) {
            let hint = Spelling.hint(for: key, among: keys)
            throw Problem(.invalid, "\"\(key)\" is not a key of a \(kind.rawValue) plugin\(hint)")
        }
        guard let summary = table["summary"].text, !summary.isEmpty, !summary.utf8.contains(where: { $0 < 0x20 }) else {
            throw Problem(.invalid, "summary: is \(table["summary"].shown), expected a line of text")
        }
        self.summary = summary
        // What the settings allow is asked where the plugin is used: nobody has to care for one that is not.
        needs = try Power.needs(table["needs"], allowed: Set(Power.allCases))
        options = try PluginManifest.options(table["options"])
        guard table[kind.function].function != nil else {
            throw Problem(.invalid, "\(kind.function): is \(table[kind.function].shown), expected a function")
        }
    }

    package func option(_ name: String) -> PluginOption? { options.first { $0.name == name } }

    private static func kind(_ value: LuaValue, in directory: PluginKind?) throws(Problem) -> PluginKind {
        let kinds = PluginKind.allCases.map(\.rawValue)
        guard let kind = value.text.flatMap(PluginKind.init(rawValue:)) else {
            let hint = Spelling.hint(for: value.text ?? "", among: kinds)
            let expected = hint.isEmpty ? ", expected one of \(kinds.joined(separator: ", "))" : hint
            throw Problem(.invalid, "kind: is \(value.shown)\(expected)")
        }
        guard directory == nil || kind == directory else {
            throw Problem(
                .invalid, "kind: is \(value.shown), expected \"\(directory!.rawValue)\", as its directory is called")
        }
        return kind
    }

    private static func options(_ value: LuaValue) throws(Problem) -> [PluginOption] {
        guard !value.isNil else { return [] }
        guard let table = value.table, table.list.isEmpty, table.namedFields.count == table.fields.count else {
            throw Problem(.invalid, "options: is \(value.shown), expected a table of options by their names")
        }
        var options: [PluginOption] = []
        for (name, value) in table.namedFields {
            do throws(Problem) { options.append(try PluginOption(name, value)) } catch {
                throw error.at("options.\(name)")
            }
        }
        return options.filter(\.isRequired) + options.filter { !$0.isRequired }
    }
}
