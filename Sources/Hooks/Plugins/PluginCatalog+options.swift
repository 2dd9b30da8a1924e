import LuaRuntime
package import Model

extension PluginCatalog {
    /// What is wrong with a use of a plugin: every mistake at once.
    package func check(_ use: PluginUse, as kind: PluginKind, allowed: Set<Power>) -> [PluginMistake] {
        let plugin: Plugin
        do throws(Problem) { plugin = try find(kind, use.plugin) } catch {
            return [PluginMistake(position: use.position, place: "\(use.place).plugin", message: "\(error)")]
        }
        let manifest = plugin.manifest
        var mistakes: [PluginMistake] = []
        for power in Power.allCases where manifest.needs.contains(power) && !allowed.contains(power) {
            let message = "\"\(use.plugin)\" needs \"\(power.rawValue)\", which is not among hooks.allow"
            mistakes.append(PluginMistake(position: use.position, place: "\(use.place).plugin", message: message))
        }
        for member in use.options.members {
            let place = "\(use.place).\(member.key)"
            guard let option = manifest.option(member.key) else {
                let hint = Spelling.hint(for: member.key, among: manifest.options.map(\.name))
                mistakes.append(
                    PluginMistake(
                        position: member.keyPosition, place: place,
                        message: "\"\(use.plugin)\" has no option \"\(member.key)\"\(hint)"))
                continue
            }
            if let message = option.objection(to: member.value) {
                mistakes.append(PluginMistake(position: member.value.position, place: place, message: message))
            }
        }
        for option in manifest.options where option.isRequired && use.options[option.name] == nil {
            mistakes.append(
                PluginMistake(
                    position: use.position, place: "\(use.place).\(option.name)",
                    message: "is missing, expected \(option.expectation)"))
        }
        return mistakes
    }
}

extension Plugin {
    /// What its function gets; what is wrong was told by `check`, and is left out.
    func options(_ use: PluginUse) -> LuaTable {
        var table = LuaTable()
        for option in manifest.options {
            let given = use.options[option.name].flatMap { option.kind.value($0) }
            table[option.name] = given ?? option.fallback
        }
        return table
    }

    /// The values that must not be shown.
    func secrets(_ options: LuaTable) -> [String] {
        manifest.options.filter(\.isSecret).flatMap { option -> [String] in
            let value = options[option.name]
            let inner = value.table.map { $0.list.compactMap(\.text) + $0.namedFields.compactMap(\.value.text) } ?? []
            return inner + (value.text.map { [$0] } ?? [])
        }
    }
}

extension PluginOption {
    fileprivate func objection(to value: LocatedValue) -> String? {
        if value.content == .null { return isRequired ? "is empty, expected \(expectation)" : nil }
        if let given = kind.value(value), choices.isEmpty || choices.contains(given) { return nil }
        // As it is written, so that what a variable holds is not shown either.
        guard !isSecret, let source = value.source ?? value.text else { return "expected \(expectation)" }
        return "\"\(source)\" is not possible, expected \(expectation)"
    }
}

extension LocatedValue {
    fileprivate var members: [Member] {
        if case .object(let members) = content { members } else { [] }
    }
}
