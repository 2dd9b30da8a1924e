package import LuaRuntime
package import Model

/// One call of a function of `agent`. Arguments are counted from 0 here and from 1 in messages.
package struct AgentCall: Sendable {
    package let context: HostContext
    package let arguments: [LuaValue]
    /// When the call of the hook will have taken as long as it may.
    package let deadline: ContinuousClock.Instant

    package var timeLeft: Duration { max(.zero, deadline - ContinuousClock.now) }

    /// nil, Lua's own, for an argument that was not given.
    package subscript(index: Int) -> LuaValue { arguments.indices.contains(index) ? arguments[index] : .nil }

    /// What to throw for an argument of the wrong kind.
    package func wrong(_ index: Int, _ name: String, expected: String) -> Problem {
        Problem(.invalid, "argument \(index + 1) (\(name)) is \(self[index].shown), expected \(expected)")
    }
}

// MARK: - Reading arguments

extension AgentCall {
    package func string(_ index: Int, _ name: String) throws(Problem) -> String {
        guard let text = self[index].text else { throw wrong(index, name, expected: "a string") }
        return text
    }

    package func optionalString(_ index: Int, _ name: String) throws(Problem) -> String? {
        self[index].isNil ? nil : try string(index, name)
    }

    package func bytes(_ index: Int, _ name: String) throws(Problem) -> [UInt8] {
        guard let bytes = self[index].bytes else { throw wrong(index, name, expected: "a string") }
        return bytes
    }

    package func integer(_ index: Int, _ name: String) throws(Problem) -> Int64 {
        guard let number = self[index].integer else { throw wrong(index, name, expected: "a whole number") }
        return number
    }

    package func duration(_ index: Int, _ name: String) throws(Problem) -> Duration {
        guard let text = self[index].text, let duration = Duration(text: text) else {
            throw wrong(index, name, expected: "a duration such as \"30m\"")
        }
        return duration
    }

    package func strings(_ index: Int, _ name: String) throws(Problem) -> [String] {
        guard let table = self[index].table, table.fields.isEmpty else {
            throw wrong(index, name, expected: "a list of strings")
        }
        let strings = table.list.compactMap(\.text)
        guard strings.count == table.list.count else { throw wrong(index, name, expected: "a list of strings") }
        return strings
    }

    /// Empty for one that was not given.
    package func options(_ index: Int, known: [String]) throws(Problem) -> LuaTable {
        guard !self[index].isNil else { return LuaTable() }
        guard let table = self[index].table, table.list.isEmpty else {
            throw wrong(index, "options", expected: "a table of options")
        }
        for (name, _) in table.namedFields where !known.contains(name) {
            throw Problem(.invalid, "\"\(name)\" is not one of its options" + Spelling.hint(for: name, among: known))
        }
        return table
    }
}

extension LuaValue {
    /// For messages: short strings as they are, everything else by its type.
    package var shown: String {
        switch self {
        case .nil: "nil"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let bytes) where bytes.count <= 60: "\"\(String(decoding: bytes, as: UTF8.self))\""
        case .string: "a long string"
        case .table: "a table"
        case .function, .host: "a function"
        }
    }
}
