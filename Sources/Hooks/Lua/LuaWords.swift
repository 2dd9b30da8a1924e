import Model

/// Where words stand in the text of a Lua file. It is not a parser: comments are left out, texts are not. Good for
/// naming a line and for doubts, not for decisions.
struct LuaWords {
    struct Word {
        let line: Int
        /// Names with dots between them, such as `agent.http.get`.
        let text: Substring
    }

    private(set) var words: [Word] = []

    init(_ source: [UInt8]) {
        var isComment = false
        let lines = String(decoding: source, as: UTF8.self).utf8
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var code = Substring(line)
            if isComment {
                guard let end = code.firstIndex(of: "]"), code[end...].hasPrefix("]]") else { continue }
                code = code[end...].dropFirst(2)
                isComment = false
            }
            if let dashes = LuaWords.comment(in: code) {
                isComment = code[dashes...].hasPrefix("--[[") && !code[dashes...].hasSuffix("]]")
                code = code[..<dashes]
            }
            words += code.split { !LuaWords.isPart($0) }.map { Word(line: index + 1, text: $0) }
        }
    }

    /// The first line that has the word.
    func line(of word: String) -> Int? { words.first { $0.text == word }?.line }

    private static func comment(in code: Substring) -> Substring.Index? {
        code.indices.first { code[$0...].hasPrefix("--") }
    }

    private static func isPart(_ character: Character) -> Bool {
        character == "." || character == "_" || character.isASCII && (character.isLetter || character.isNumber)
    }
}
