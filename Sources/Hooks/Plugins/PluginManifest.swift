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

    /// `name` is that of the file, `kind` that of its directory when it is one of ours. Every mistake at once; nil when
    /// there is one.
    static func read(
        _ value: LuaValue, kind directory: PluginKind?, name file: String
    ) -> (manifest: PluginManifest?, mistakes: [Problem]) {
        guard let table = value.table, table.list.isEmpty, table.namedFields.count == table.fields.count else {
            return (nil, [Problem(.invalid, "it returns \(value.shown), expected a plugin's table")])
        }
        var mistakes: [Problem] = []
        func note(_ message: String) { mistakes.append(Problem(.invalid, message)) }
        if table["api"].integer != api { note("api: is \(table["api"].shown), expected \(api)") }
        var kind: PluginKind?
        do throws(Problem) { kind = try self.kind(table["kind"], in: directory) } catch { mistakes.append(error) }
        if table["name"].text != file {
            note("name: is \(table["name"].shown), expected \"\(file)\", as its file is called")
        }
        // Without a kind nobody can say which function it has to have.
        if let kind {
            let keys = keys + [kind.function] + kind.furtherFunctions
            for (key, _) in table.namedFields where !keys.contains(key) {
                let hint = Spelling.hint(for: key, among: keys)
                note("\"\(key)\" is not a key of a \(kind.rawValue) plugin\(hint)")
            }
        }
        let summary = table["summary"].text ?? ""
        if summary.isEmpty || summary.utf8.contains(where: { $0 < 0x20 }) {
            note("summary: is \(table["summary"].shown), expected a line of text")
        }
        var needs: Set<Power> = []
        // What the settings allow is asked where the plugin is used: nobody has to care for one that is not.
        do throws(Problem) { needs = try Power.needs(table["needs"], allowed: Set(Power.allCases)) } catch {
            mistakes.append(error)
        }
        let options = options(table["options"], of: kind, &mistakes)
        if let kind, table[kind.function].function == nil {
            note("\(kind.function): is \(table[kind.function].shown), expected a function")
        }
        for name in kind?.furtherFunctions ?? [] where !table[name].isNil && table[name].function == nil {
            note("\(name): is \(table[name].shown), expected a function")
        }
        guard let kind, mistakes.isEmpty else { return (nil, mistakes) }
        return (PluginManifest(kind: kind, name: file, summary: summary, needs: needs, options: options), [])
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

    private static func options(
        _ value: LuaValue, of kind: PluginKind?, _ mistakes: inout [Problem]
    ) -> [PluginOption] {
        guard !value.isNil else { return [] }
        guard let table = value.table, table.list.isEmpty, table.namedFields.count == table.fields.count else {
            mistakes.append(
                Problem(.invalid, "options: is \(value.shown), expected a table of options by their names"))
            return []
        }
        var options: [PluginOption] = []
        for (name, value) in table.namedFields {
            do throws(Problem) { options.append(try PluginOption(name, value, of: kind)) } catch {
                mistakes.append(error.at("options.\(name)"))
            }
        }
        return options.filter(\.isRequired) + options.filter { !$0.isRequired }
    }
}
