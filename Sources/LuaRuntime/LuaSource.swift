import Model

/// What is checked and cut off before Lua sees a file.
enum LuaSource {
    static func text(of source: [UInt8], name: String, limit: Int) throws(LuaFailure) -> [UInt8] {
        guard source.count <= limit else {
            throw LuaFailure(
                Problem(.limit, "\(name): has \(source.count) bytes, expected at most \(limit.sizeText)"), file: name)
        }
        var text = source[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        // The line of an interpreter; its line feed stays, so that the others keep their numbers.
        if text.first == UInt8(ascii: "#") { text = text.drop { $0 != UInt8(ascii: "\n") } }
        // The verifier that would make compiled code safe to run was taken out of Lua long ago.
        guard text.first != 0x1B else {
            throw LuaFailure(Problem(.invalid, "\(name): is compiled Lua, expected source text"), file: name)
        }
        return Array(text)
    }
}
