import Model

/// Writes values the way `lua_wire.c` reads them.
struct WireWriter {
    private(set) var bytes: [UInt8] = []
    private let state: ObjectIdentifier
    private let number: (HostFunction) -> Int64

    /// The number of a host function in the state is given out by `number`.
    init(state: ObjectIdentifier, number: @escaping (HostFunction) -> Int64) {
        self.state = state
        self.number = number
    }

    mutating func write(list: [LuaValue]) throws(Problem) {
        append(Int64(list.count))
        for value in list { try write(value) }
    }

    private mutating func write(_ value: LuaValue) throws(Problem) {
        switch value {
        case .nil: bytes.append(WireKind.nil.rawValue)
        case .boolean(false): bytes.append(WireKind.false.rawValue)
        case .boolean(true): bytes.append(WireKind.true.rawValue)
        case .integer(let integer):
            bytes.append(WireKind.integer.rawValue)
            append(integer)
        case .number(let number):
            bytes.append(WireKind.number.rawValue)
            append(Int64(bitPattern: number.bitPattern))
        case .string(let text):
            bytes.append(WireKind.string.rawValue)
            append(Int64(text.count))
            bytes += text
        case .table(let table): try write(table)
        case .function(let function):
            guard function.state == state else {
                throw Problem(.invalid, "a function of one Lua state cannot be used in another")
            }
            bytes.append(WireKind.function.rawValue)
            append(function.number)
        case .host(let function):
            bytes.append(WireKind.host.rawValue)
            append(number(function))
        }
    }

    private mutating func write(_ table: LuaTable) throws(Problem) {
        bytes.append(WireKind.table.rawValue)
        append(Int64(table.list.count))
        append(Int64(table.fields.count))
        for element in table.list { try write(element) }
        for (key, value) in table.fields {
            switch key {
            case .string, .integer, .boolean: break
            case .number(let number) where !number.isNaN: break
            default: throw Problem(.invalid, "a \(key.typeName) cannot be a key in Lua")
            }
            try write(key)
            try write(value)
        }
    }

    private mutating func append(_ number: Int64) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }
}
