import CPCRE2
package import Model

/// A regular expression of a user, over PCRE2. Matching is bounded in steps, depth and memory, so that a
/// pattern that backtracks without end is a problem of that pattern and of nothing else.
package final class RegularExpression: Sendable {
    package struct Limits: Hashable, Sendable {
        /// Calls of the matcher's inner function: about a tenth of a second.
        package var steps: UInt32 = 1_000_000
        package var depth: UInt32 = 10_000
        package var kibibytes: UInt32 = 4096
        /// Bytes of a pattern.
        package var pattern = 4096

        package init() {}
    }

    package let pattern: String
    /// Name and number of each named group, in the order of the numbers.
    package let names: [(name: String, number: Int)]
    private let limits: Limits
    // The compiled pattern is never written to after compilation, and PCRE2 documents that threads may share it.
    private nonisolated(unsafe) let code: OpaquePointer

    package init(_ pattern: String, limits: Limits = Limits()) throws(Problem) {
        guard pattern.utf8.count <= limits.pattern else {
            throw Problem(
                .limit,
                "the regular expression has \(pattern.utf8.count) bytes, expected at most \(limits.pattern)")
        }
        var error: Int32 = 0
        var offset = 0
        // \C could split a character, and recursion inside a lookbehind has no use for tags.
        let options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C
        let bytes = Array(pattern.utf8)
        let compiled = bytes.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, options, &error, &offset, nil)
        }
        guard let compiled else {
            throw Problem(
                .invalid,
                "\"\(pattern)\" is not a regular expression: \(RegularExpression.message(error)) "
                    + "(character \(RegularExpression.character(at: offset, in: bytes)))")
        }
        self.pattern = pattern
        self.limits = limits
        code = compiled
        names = RegularExpression.names(of: compiled)
    }

    deinit { pcre2_code_free_8(code) }

    package func isMatch(_ text: String) throws(Problem) -> Bool {
        try match(text) != nil
    }

    /// The first match in the text, which may begin anywhere unless the pattern is anchored.
    package func match(_ text: String) throws(Problem) -> Match? {
        let bytes = Array(text.utf8)
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil),
            let context = pcre2_match_context_create_8(nil)
        else { throw Problem(.limit, "no memory to match \"\(pattern)\"") }
        defer {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }
        pcre2_set_match_limit_8(context, limits.steps)
        pcre2_set_depth_limit_8(context, limits.depth)
        pcre2_set_heap_limit_8(context, limits.kibibytes)
        let result = bytes.withUnsafeBufferPointer {
            pcre2_match_8(code, $0.baseAddress, $0.count, 0, 0, data, context)
        }
        switch result {
        case PCRE2_ERROR_NOMATCH: return nil
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT:
            throw Problem(
                .limit, "\"\(pattern)\" needs too many steps for a text of \(bytes.count) bytes, expected a simpler one"
            )
        case ..<0:
            throw Problem(.failed, "\"\(pattern)\" cannot be matched: \(RegularExpression.message(result))")
        default:
            return Match(ranges: RegularExpression.ranges(in: data), bytes: bytes, names: names)
        }
    }
}

// MARK: - What PCRE2 tells

extension RegularExpression {
    /// Of the whole match and each group, in bytes; nil for a group that took no part.
    private static func ranges(in data: OpaquePointer) -> [Range<Int>?] {
        let count = Int(pcre2_get_ovector_count_8(data))
        guard let vector = pcre2_get_ovector_pointer_8(data) else { return [] }
        return (0..<count).map { group in
            let start = vector[2 * group]
            let end = vector[2 * group + 1]
            // What is unset, all bits, arrives as -1. \K in a lookahead can put the start behind the end.
            return start < 0 || start > end ? nil : start..<end
        }
    }

    private static func message(_ code: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
        return length < 0 ? "error \(code)" : String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
    }

    private static func character(at offset: Int, in bytes: [UInt8]) -> Int {
        bytes.prefix(offset).count { $0 & 0xC0 != 0x80 } + 1
    }

    /// The table has entries of one size: the number in two bytes, then the name and a zero.
    private static func names(of code: OpaquePointer) -> [(name: String, number: Int)] {
        var count: UInt32 = 0
        var size: UInt32 = 0
        var table: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        guard let table else { return [] }
        return (0..<Int(count)).map { index in
            let entry = table + index * Int(size)
            return (String(cString: entry + 2), Int(entry[0]) << 8 | Int(entry[1]))
        }
        .sorted { $0.number < $1.number }
    }
}
