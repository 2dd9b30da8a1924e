/// Reads values the way `lua_wire.c` writes them. They come from our own C code and are well-formed; the bounds are
/// checked by the buffer all the same.
struct WireReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let state: ObjectIdentifier
    private var position = 0

    init(_ start: UnsafePointer<UInt8>?, count: Int, state: ObjectIdentifier) {
        bytes = UnsafeBufferPointer(start: start, count: count)
        self.state = state
    }

    mutating func list() -> [LuaValue] { values(count: Int(number())) }

    private mutating func values(count: Int) -> [LuaValue] {
        var result: [LuaValue] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(value()) }
        return result
    }

    private mutating func value() -> LuaValue {
        let kind = WireKind(rawValue: bytes[position])
        position += 1
        switch kind {
        case .nil: return .nil
        case .false: return .boolean(false)
        case .true: return .boolean(true)
        case .integer: return .integer(number())
        case .number: return .number(Double(bitPattern: UInt64(bitPattern: number())))
        case .string:
            let count = Int(number())
            let text = Array(bytes[position..<position + count])
            position += count
            return .string(text)
        case .table: return .table(table())
        case .function: return .function(LuaFunctionReference(state: state, number: number()))
        case .host, nil: preconditionFailure("Lua wrote a value of no known kind")
        }
    }

    private mutating func table() -> LuaTable {
        let count = Int(number())
        let fields = Int(number())
        var result = LuaTable(list: values(count: count))
        result.fields.reserveCapacity(fields)
        for _ in 0..<fields {
            let key = value()
            result.fields[key] = value()
        }
        return result
    }

    private mutating func number() -> Int64 {
        defer { position += MemoryLayout<Int64>.size }
        return UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: Int64.self)
    }
}
