/// A copy of a Lua table, without its metatable: the list from 1 up to the first nil, and all other fields.
package struct LuaTable: Hashable, Sendable {
    package var list: [LuaValue]
    /// Keys are strings, numbers and booleans. Lua keeps no order of them.
    package var fields: [LuaValue: LuaValue]

    package init(list: [LuaValue] = [], fields: [LuaValue: LuaValue] = [:]) {
        self.list = list
        self.fields = fields
    }

    package var isEmpty: Bool { list.isEmpty && fields.isEmpty }

    /// nil, Lua's own, for what is not there.
    package subscript(key: String) -> LuaValue {
        get { fields[LuaValue(key)] ?? .nil }
        set {
            if newValue.isNil { fields.removeValue(forKey: LuaValue(key)) } else { fields[LuaValue(key)] = newValue }
        }
    }

    /// The fields whose key is a string, in the order of the keys.
    package var namedFields: [(name: String, value: LuaValue)] {
        fields.compactMap { key, value in key.text.map { (name: $0, value: value) } }.sorted { $0.name < $1.name }
    }
}
