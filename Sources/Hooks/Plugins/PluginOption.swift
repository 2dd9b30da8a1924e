import LuaRuntime
package import Model

/// One option of a plugin, as its manifest declares it.
package struct PluginOption: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case string, url, boolean, integer, number, duration, list, map
    }

    package let name: String
    package let kind: Kind
    package let isRequired: Bool
    /// Its value is never shown.
    package let isSecret: Bool
    /// What the plugin gets when the settings say nothing.
    let fallback: LuaValue
    /// All that it may be; empty is no bound.
    let choices: [LuaValue]
    package let description: String

    private static let keys = ["type", "required", "secret", "default", "enum", "description"]

    init(_ name: String, _ value: LuaValue, of plugin: PluginKind?) throws(Problem) {
        guard PluginOption.isName(name) else {
            throw Problem(.invalid, "expected a name of small letters, digits and \"_\"")
        }
        guard plugin?.reservedNames.contains(name) != true else {
            throw Problem(.invalid, "the name belongs to Grapnel")
        }
        guard let table = value.table, table.list.isEmpty else {
            throw Problem(.invalid, "is \(value.shown), expected a table such as { type = \"string\" }")
        }
        for (key, _) in table.namedFields where !PluginOption.keys.contains(key) {
            let hint = Spelling.hint(for: key, among: PluginOption.keys)
            throw Problem(.invalid, "\"\(key)\" is not a key of an option\(hint)")
        }
        let kinds = Kind.allCases.map(\.rawValue)
        guard let kind = table["type"].text.flatMap(Kind.init(rawValue:)) else {
            let hint = Spelling.hint(for: table["type"].text ?? "", among: kinds)
            let expected = hint.isEmpty ? ", expected one of \(kinds.joined(separator: ", "))" : hint
            throw Problem(.invalid, "type: is \(table["type"].shown)\(expected)")
        }
        self.name = name
        self.kind = kind
        isRequired = try PluginOption.truth("required", table)
        isSecret = try PluginOption.truth("secret", table)
        guard table["description"].isNil || table["description"].text != nil else {
            throw Problem(.invalid, "description: is \(table["description"].shown), expected a string")
        }
        description = table["description"].text ?? ""
        fallback = table["default"]
        guard fallback.isNil || !isRequired else { throw Problem(.invalid, "it is required and has a default") }
        choices = table["enum"].list ?? []
        guard table["enum"].isNil || !choices.isEmpty && choices.allSatisfy(kind.holds) else {
            throw Problem(.invalid, "enum: expected a list of values, each \(kind.expectation)")
        }
        guard fallback.isNil || kind.holds(fallback) && (choices.isEmpty || choices.contains(fallback)) else {
            throw Problem(.invalid, "default: is \(fallback.shown), expected \(expectation)")
        }
    }

    /// For messages.
    package var expectation: String {
        choices.isEmpty ? kind.expectation : "one of \(choices.map(\.plain).joined(separator: ", "))"
    }

    package var json: JSON {
        [
            "name": .string(name), "type": .string(kind.rawValue), "required": .bool(isRequired),
            "secret": .bool(isSecret), "default": (try? fallback.json()) ?? .null,
            "enum": .array(choices.compactMap { try? $0.json() }), "description": .string(description),
        ]
    }

    private static func truth(_ key: String, _ table: LuaTable) throws(Problem) -> Bool {
        guard !table[key].isNil else { return false }
        guard let value = table[key].boolean else {
            throw Problem(.invalid, "\(key): is \(table[key].shown), expected true or false")
        }
        return value
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}

extension PluginOption.Kind {
    var expectation: String {
        switch self {
        case .string: "a text"
        case .url: "a URL such as \"https://example.com/\""
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .duration: "a duration such as \"30s\""
        case .list: "a list of texts"
        case .map: "a mapping of names to texts"
        }
    }

    func holds(_ value: LuaValue) -> Bool {
        switch self {
        case .string: value.text != nil
        case .url: value.text.map(PluginOption.Kind.isURL) ?? false
        case .boolean: value.boolean != nil
        case .integer: value.integer != nil
        case .number: value.number != nil
        case .duration: value.text.flatMap { Duration(text: $0) } != nil
        case .list: value.table.map { $0.fields.isEmpty && $0.list.allSatisfy { $0.text != nil } } ?? false
        case .map:
            value.table.map { table in
                table.list.isEmpty && table.namedFields.count == table.fields.count
                    && table.namedFields.allSatisfy { $0.value.text != nil }
            } ?? false
        }
    }

    /// What the settings say, as a plugin gets it; nil for what is of another kind.
    func value(_ located: LocatedValue) -> LuaValue? {
        let value: LuaValue
        switch (self, located.content) {
        case (.list, .array(let elements)):
            let texts = elements.compactMap(\.text)
            guard texts.count == elements.count else { return nil }
            value = LuaValue(texts.map { LuaValue($0) })
        case (.map, .object(let members)):
            var table = LuaTable()
            for member in members {
                guard let text = member.value.text else { return nil }
                table[member.key] = LuaValue(text)
            }
            value = .table(table)
        // `1.20` as a number is 1.2: a text is what was written.
        case (.string, _), (.url, _), (.duration, _):
            guard let text = located.text else { return nil }
            value = LuaValue(text)
        default: value = LuaValue(located.json)
        }
        // Not `holds(value) ? value : nil`: that nil would be Lua's own.
        guard holds(value) else { return nil }
        return value
    }

    private static func isURL(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"), colon > text.startIndex else {
            return false
        }
        return text[colon...].utf8.count > 3 && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}

extension LuaValue {
    /// A scalar without quotes, for lists of what is possible.
    var plain: String { text ?? shown }
}
