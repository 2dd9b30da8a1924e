/// The first byte of a value, as in `lua_wire.c`.
enum WireKind: UInt8 {
    case `nil`, `false`, `true`, integer, number, string, table, function, host
}
