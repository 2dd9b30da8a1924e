import CShims
import Model

/// Makes of what the shim recorded the failure that people read.
struct FailureReader {
    let pointer: OpaquePointer
    let files: [String]
    let limits: LuaLimits
    let isLoading: Bool

    func failure(
        _ kind: grapnel_lua_failure_kind, thrown: (message: String, problem: Problem)?, interruption: Problem?
    ) -> LuaFailure {
        let record = grapnel_lua_failure(pointer)!.pointee
        let stage = isLoading ? " while it was loaded" : ""
        let problem: Problem
        switch kind {
        case GRAPNEL_LUA_TIME:
            let time = isLoading ? limits.loadTime : limits.time
            problem = Problem(.timeout, "ran longer than \(time.text)\(stage)")
        case GRAPNEL_LUA_MEMORY:
            let memory = isLoading ? min(limits.loadMemory, limits.memory) : limits.memory
            problem = Problem(.limit, "used more than \(memory.sizeText) of memory\(stage)")
        case GRAPNEL_LUA_INTERRUPTED:
            problem = interruption ?? Problem(.interrupted, "was interrupted")
        default:
            return raised(kind, record, thrown: thrown)
        }
        let place = recordedPlace(record)
        return LuaFailure(
            problem.at(place.text), file: place.file, line: place.line, traceback: traceback(record))
    }

    /// An error's own text, which mostly begins with its place; if it does not, the place is where it was raised.
    private func raised(
        _ kind: grapnel_lua_failure_kind, _ record: grapnel_lua_failure,
        thrown: (message: String, problem: Problem)?
    ) -> LuaFailure {
        let text = withUnsafeBytes(of: record.message) { Array($0.prefix(record.message_length)) }
        let (place, rest) = placeAtStart(of: text) ?? (recordedPlace(record), text[...])
        let message = String(decoding: rest, as: UTF8.self)
        let code: Problem.Code =
            if kind == GRAPNEL_LUA_SYNTAX { .invalid } else if let thrown, thrown.message == message {
                thrown.problem.code
            } else { .failed }
        return LuaFailure(
            Problem(code, "\(place.text): \(message)"), file: place.file, line: place.line,
            traceback: traceback(record))
    }

    private struct Place {
        let file: String?
        let line: Int?
        var text: String {
            switch (file, line) {
            case (let file?, let line?): "\(file):\(line)"
            case (let file?, nil): file
            default: "a Lua function"
            }
        }
    }

    private func placeAtStart(of text: [UInt8]) -> (Place, ArraySlice<UInt8>)? {
        for file in files {
            let short = FailureReader.shortName(file)
            guard text.starts(with: short), text.dropFirst(short.count).first == UInt8(ascii: ":") else { continue }
            let digits = text.dropFirst(short.count + 1).prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            let rest = text[digits.endIndex...]
            guard let line = Int(String(decoding: digits, as: UTF8.self)), rest.starts(with: [0x3A, 0x20]) else {
                continue
            }
            return (Place(file: file, line: line), rest.dropFirst(2))
        }
        return nil
    }

    private func recordedPlace(_ record: grapnel_lua_failure) -> Place {
        guard record.line > 0 else { return Place(file: files.last, line: nil) }
        let short = withUnsafeBytes(of: record.file) { Array($0.prefix { $0 != 0 }) }
        let file = files.first { FailureReader.shortName($0) == short }
        return Place(file: file ?? String(decoding: short, as: UTF8.self), line: Int(record.line))
    }

    private func traceback(_ record: grapnel_lua_failure) -> String {
        withUnsafeBytes(of: record.traceback) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Lua keeps the last 56 bytes of a name of 60 or more.
    private static func shortName(_ file: String) -> [UInt8] {
        let bytes = Array(file.utf8)
        return bytes.count < 60 ? bytes : Array("...".utf8) + bytes.suffix(56)
    }
}
