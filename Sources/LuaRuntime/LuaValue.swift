/// A value as it passes between Lua and the host: a copy, but for functions.
package enum LuaValue: Hashable, Sendable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    /// Any bytes: Lua's strings need not be UTF-8.
    case string([UInt8])
    case table(LuaTable)
    case function(LuaFunctionReference)
    /// Goes into Lua, where it becomes a function; what comes out of Lua is always a `function`.
    case host(HostFunction)
}

// MARK: - Reading

extension LuaValue {
    /// A string's text, with U+FFFD for what is not UTF-8.
    package var text: String? {
        if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    package var bytes: [UInt8]? {
        if case .string(let bytes) = self { bytes } else { nil }
    }

    package var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    /// A whole number, also when Lua computed it as a float.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package var table: LuaTable? {
        if case .table(let value) = self { value } else { nil }
    }

    package var list: [LuaValue]? { table?.list }

    package var function: LuaFunctionReference? {
        if case .function(let value) = self { value } else { nil }
    }

    package var isNil: Bool { self == .nil }

    /// As in a condition of Lua's: all but nil and false.
    package var isTrue: Bool { self != .nil && self != .boolean(false) }

    /// A table's field; nil, Lua's own, for what has no such field.
    package subscript(key: String) -> LuaValue { table?[key] ?? .nil }

    /// Lua's name of the type, for messages.
    package var typeName: String {
        switch self {
        case .nil: "nil"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .table: "table"
        case .function, .host: "function"
        }
    }
}

// MARK: - Making

extension LuaValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .nil }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self.init(value) }
    package init(arrayLiteral elements: LuaValue...) { self = .table(LuaTable(list: elements)) }

    /// A nil value leaves its key out.
    package init(dictionaryLiteral elements: (String, LuaValue)...) {
        self.init(fields: elements)
    }

    package init(fields: some Sequence<(String, LuaValue)>) {
        var table = LuaTable()
        for (key, value) in fields { table[key] = value }
        self = .table(table)
    }

    package init(_ text: some StringProtocol) { self = .string(Array(text.utf8)) }
    package init(_ text: String?) { self = text.map { .string(Array($0.utf8)) } ?? .nil }
    package init(_ value: Int) { self = .integer(Int64(value)) }
    package init(_ values: some Sequence<LuaValue>) { self = .table(LuaTable(list: Array(values))) }
}
