import TestKit

struct PatternCase: CustomStringConvertible {
    let function: String
    let subject: String
    let pattern: String
    /// What comes after the pattern, as Lua source.
    var rest = ""

    var description: String { "\(function)(\(subject.debugDescription), \(pattern.debugDescription)\(rest))" }
}

enum PatternCases {
    /// A program that runs them all and answers one line for each.
    static func program(_ cases: [PatternCase]) -> String {
        let calls = cases.map { one in
            "run(string.\(one.function), \(literal(one.subject)), \(literal(one.pattern))\(one.rest))"
        }
        return """
            local lines = {}
            local function show(...)
              local list = table.pack(...)
              for i = 1, list.n do
                local value = list[i]
                list[i] = math.type(value) or type(value)
                list[i] = list[i] .. ":" .. tostring(value):gsub("[^%g ]", function(c) return "\\\\" .. c:byte() end)
              end
              return table.concat(list, ",")
            end
            local function run(f, s, p, ...)
              local answer
              if f == string.gmatch then
                answer = show(pcall(function(...)
                  local all = {}
                  for a, b, c in f(s, p, ...) do
                    all[#all + 1] = tostring(a) .. "/" .. tostring(b) .. "/" .. tostring(c)
                    if #all > 200 then break end
                  end
                  return table.concat(all, ";")
                end, ...))
              else
                answer = show(pcall(f, s, p, ...))
              end
              -- Which name a function goes by in such a message depends on where Lua finds it.
              lines[#lines + 1] = answer:gsub("cases.-:%d+: ", ""):gsub("bad argument #(%d) to '[^']*'", "bad argument #%1")
            end
            \(calls.joined(separator: "\n"))
            return table.concat(lines, "\\n")
            """
    }

    private static func literal(_ text: String) -> String {
        "\"" + text.utf8.map { byte in "\\" + (byte < 10 ? "00" : byte < 100 ? "0" : "") + "\(byte)" }.joined() + "\""
    }

    static let all: [PatternCase] = [
        each("find", finds), findOptions, each("match", matches), matchStarts, each("gmatch", globals), globalStarts,
        substitutions, each("find", mistakes), otherMistakes,
    ].flatMap(\.self)

    private static func each(_ function: String, _ list: [[String]]) -> [PatternCase] {
        list.map { PatternCase(function: function, subject: $0[0], pattern: $0[1]) }
    }

    // Plain texts, classes, sets, anchors, positions.
    private static let finds: [[String]] = [
        ["hello world", "wor"], ["hello", ""], ["", ""], ["", "a"], ["a.b", "."], ["a.b", "%."],
        ["abc", "^b"], ["abc", "^a"], ["abc", "c$"], ["abc", "b$"], ["a$b", "$b"], ["a^b", "a^b"],
        ["x = 10", "%d+"], ["key=value", "(%w+)=(%w+)"], ["  trim  ", "^%s*(.-)%s*$"], ["abc", "()b()"],
        ["f(a(b)c)d", "%b()"], ["THE (quick) fox", "%f[%a]%a+%f[%A]"], ["a\0b", "\0"], ["a\0b", "%z"],
        ["]", "[]]"], ["a]", "[^]]"], ["-", "[a-]"], ["-", "[-a]"], ["b", "[a-c]"], ["^", "[%^]"],
        ["a", "[^%a]"],
        ["é", "[é]"], ["\u{7F}", "%c"], ["x1_", "[%w_]+"], ["aaa", "a-"], ["aaab", "a-b"], ["aaa", "a?a?a?a?"],
        ["abab", "(ab)%1"], ["abac", "(ab)%1"], ["aa", "(a)(%1)"], ["", "()"], ["abc", "[b-]c"],
        ["a-c", "a[%-]c"],
        ["a.b", "[.]"], ["%d", "%%d"], ["ab", "[%z]"], ["0x1F", "0x%x+"], ["tab\t", "%s$"], ["a,b", "[%p]"],
        ["A", "%l"], ["A", "%L"], ["\u{1}", "%G"], ["zz", "[z-a]"], ["a", "[a-%z]"], ["%", "[%%]"],
    ]

    private static let findOptions: [PatternCase] =
        [1, 3, 0, -2, -99, 6, 7, 99].map { (start: Int) -> PatternCase in
            PatternCase(function: "find", subject: "hello", pattern: "l*", rest: ", \(start)")
        } + plainFinds

    private static let plainFinds: [PatternCase] = [
        PatternCase(function: "find", subject: "a+b", pattern: "+", rest: ", 1, true"),
        PatternCase(function: "find", subject: "a+b", pattern: "a+b", rest: ", 1, true"),
        PatternCase(function: "find", subject: "abc", pattern: "", rest: ", 4"),
        PatternCase(function: "find", subject: "abc", pattern: "", rest: ", 5"),
        PatternCase(function: "find", subject: "abc", pattern: "b", rest: ", nil, true"),
    ]

    private static let matches: [[String]] = [
        ["2026-11-20", "(%d+)-(%d+)-(%d+)"], ["abc", "a(b)c"], ["abc", "a()c"], ["abc", "((a)(b))"],
        ["abc", "x"],
        ["[[x]]", "%[%[(.*)%]%]"], ["a.tar.gz", "^(.-)%.(.*)$"], ["v1.2.3", "^v?(%d+)%.(%d+)%.(%d+)$"],
        ["aXb", "%u"], ["key = \"a b\"", "(%w+)%s*=%s*\"([^\"]*)\""], ["((", "%b()"], ["(()", "%b()"],
        ["xx", "%bxx"],
        ["aaaa", "(a*(.)%w(%s*))"], ["abcabc", "(%a)(%a)%2"], ["x", "%f[%z]"], ["x", "%f[^%z]x"],
        ["", "%f[%z]"],
        ["aab", "a-%f[b]"], ["1e10", "%d+e%d*"], ["a", "(((((a)))))"], ["foo.bar", "[^.]+$"],
    ]

    private static let matchStarts: [PatternCase] = [-1, 0, 2, 4, 5].map { (start: Int) -> PatternCase in
        PatternCase(function: "match", subject: "a1b2", pattern: "%a%d", rest: ", \(start)")
    }

    private static let globals: [[String]] = [
        ["one two  three", "%a+"], ["a=1, b=2", "(%w+)=(%w+)"], ["abc", ""], ["abc", "()"], ["aXbX", "X*"],
        ["", ".*"], ["abc", "^a"], ["^a^a", "^a"], ["aaa", "a-"], ["a,b,,c", "([^,]*)"], ["abab", "(a)(b)"],
    ]

    private static let globalStarts: [PatternCase] = [1, 3, -1, 9, 0].map { (start: Int) -> PatternCase in
        PatternCase(function: "gmatch", subject: "a1b2", pattern: "%w", rest: ", \(start)")
    }

    private static let substitutions: [PatternCase] = replacements.map { one in
        PatternCase(function: "gsub", subject: one[0], pattern: one[1], rest: ", \(one[2])")
    }

    private static let replacements: [[String]] = [
        ["hello", "l", "'L'"], ["hello", "", "'-'"], ["abc", "%w", "'%0%0'"], ["abc", "(%w)", "'<%1>'"],
        ["abc", "%w", "'%1'"],
        ["a b", "(%w) (%w)", "'%2 %1'"], ["abc", "b", "'%%'"], ["abc", "b", "''"], ["abc", "()", "'%1'"],
        ["abc", "^a", "'x'"],
        ["aaa", "^a", "'x'"], ["abc", "$", "'x'"], ["abc", "x*", "'-'"], ["hello world", "o", "'0', 1"],
        ["abc", "%w", "'x', 0"],
        ["abc", "%w", "'x', -1"], ["abc", "%w", "{a = 1, b = true and 'B'}"], ["abc", "(%w)", "{a = false, c = 2.5}"],
        ["abc", "%w", "string.upper"], ["abc", "(a)(b)", "function(a, b) return b .. a end"],
        ["abc", "%w", "function() end"], ["abc", "%w", "function(c) return c == 'b' and 7 end"], ["abc", "b", "5"],
        ["abc", "()b", "function(p) return p end"], ["x y", "%s+", "' %0 '"],
        ["$name is $what", "%$(%w+)", "{name = 'Lua'}"],
        ["abc", "a", "'\\0'"], ["a\0b", "%z", "'0'"], ["", "", "'x'"], ["", "a", "'x'"], ["abc", ".-", "'.'"],
    ]

    // Each of these must err, in the same words.
    private static let mistakes: [[String]] = [
        ["a", "%"], ["a", "[a"], ["a", "["], ["a", "[^"], ["a", "[]"], ["a", "[%"], ["a", "(a"], ["a", "a)"],
        ["a", "%1"],
        ["a", "(%1)"], ["a", "%b"], ["a", "%bx"], ["a", "%f"], ["a", "%fa"], ["a", "(()"], ["a", "[a%"],
        ["a", "%f[a"],
        ["a", String(repeating: "(a?)", count: 33)], ["a", String(repeating: "a?", count: 250)],
    ]

    private static let otherMistakes: [PatternCase] = [
        PatternCase(function: "gsub", subject: "a", pattern: "a", rest: ", '%2'"),
        PatternCase(function: "gsub", subject: "a", pattern: "(a)", rest: ", '%2'"),
        PatternCase(function: "gsub", subject: "a", pattern: "a", rest: ", '%x'"),
        PatternCase(function: "gsub", subject: "a", pattern: "a", rest: ", 'x%'"),
        PatternCase(function: "gsub", subject: "a", pattern: "a", rest: ", {a = {}}"),
        PatternCase(function: "gsub", subject: "a", pattern: "a", rest: ", function() return {} end"),
        PatternCase(function: "gsub", subject: "a", pattern: "a", rest: ", true"),
        PatternCase(function: "gsub", subject: "a", pattern: "a"),
        PatternCase(function: "find", subject: "a", pattern: "a", rest: ", 'x'"),
        PatternCase(function: "gsub", subject: "a", pattern: "(a", rest: ", ''"),
    ]

    static func random(_ random: inout Seeded) -> PatternCase {
        let letters = ["a", "b", "1", " ", "-", "]", "(", "%", "^", "."]
        let subject = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            letters.randomElement(using: &random) ?? ""
        }
        .joined()
        let elements = [
            "a", "b", ".", "%a", "%d", "%s", "%W", "%p", "[ab]", "[^a]", "[%d-]", "[a-z1]", "(", ")", "()", "%1", "%2",
            "%b()", "%f[%a]", "%f[%z]", "^", "$", "-", "%-", "[]]", "[", "%",
        ]
        let suffixes = ["", "", "", "*", "+", "-", "?"]
        let count = Int.random(in: 0...6, using: &random)
        let pattern = (0..<count).map { _ in
            (elements.randomElement(using: &random) ?? "") + (suffixes.randomElement(using: &random) ?? "")
        }.joined()
        switch Int.random(in: 0...3, using: &random) {
        case 0: return PatternCase(function: "find", subject: subject, pattern: pattern)
        case 1:
            let start = Int.random(in: -4...6, using: &random)
            return PatternCase(function: "match", subject: subject, pattern: pattern, rest: ", \(start)")
        case 2: return PatternCase(function: "gmatch", subject: subject, pattern: pattern)
        default:
            let replacement = ["'<%0>'", "'%1'", "''", "{a = 'A'}", "function(a, b) return b end"]
            return PatternCase(
                function: "gsub", subject: subject, pattern: pattern,
                rest: ", " + (replacement.randomElement(using: &random) ?? "''"))
        }
    }
}
