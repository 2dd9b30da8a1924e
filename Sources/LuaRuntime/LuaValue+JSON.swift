package import Model

extension LuaValue {
    /// Null becomes nil, so that a member that is null is not there, and a null in an array leaves a hole.
    package init(_ json: JSON) {
        switch json {
        case .null: self = .nil
        case .bool(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self.init(value)
        case .array(let elements): self = .table(LuaTable(list: elements.map { LuaValue($0) }))
        case .object(let members): self.init(fields: members.pairs.map { ($0.key, LuaValue($0.value)) })
        }
    }

    /// A table is an array or an object, never both. An empty one is an object, because Lua has no way to tell;
    /// members are sorted by name, because Lua has no order; text that is not UTF-8 gets U+FFFD.
    package func json(maximumDepth: Int = 128) throws(Problem) -> JSON {
        guard maximumDepth > 0 else { throw Problem(.limit, "tables nested too deep for JSON") }
        switch self {
        case .nil: return .null
        case .boolean(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value):
            guard value.isFinite else { throw Problem(.invalid, "\(value) is not a number that JSON has") }
            return .number(value)
        case .string(let bytes): return .string(String(decoding: bytes, as: UTF8.self))
        case .table(let table): return try table.json(maximumDepth: maximumDepth)
        case .function, .host: throw Problem(.invalid, "a function cannot be written as JSON")
        }
    }
}

extension LuaTable {
    fileprivate func json(maximumDepth: Int) throws(Problem) -> JSON {
        if fields.isEmpty, !list.isEmpty {
            var elements: [JSON] = []
            elements.reserveCapacity(list.count)
            for element in list { elements.append(try element.json(maximumDepth: maximumDepth - 1)) }
            return .array(elements)
        }
        guard list.isEmpty else {
            throw Problem(.invalid, "a table with both a list and named fields cannot be written as JSON")
        }
        let named = namedFields
        guard named.count == fields.count else {
            throw Problem(.invalid, "a table whose keys are not all strings cannot be written as JSON")
        }
        var members = JSON.Members()
        for (name, value) in named { members.append(name, try value.json(maximumDepth: maximumDepth - 1)) }
        return .object(members)
    }
}
