import Model
import Testing
import YAML

/// A tree as JSON, to compare it in one line.
private func json(_ node: YAML.Node) -> JSON {
    switch node.content {
    case .sequence(let nodes): .array(nodes.map(json))
    case .mapping(let pairs): .object(.init(pairs.map { ($0.name, json($0.value)) }))
    case .scalar(let scalar):
        switch scalar.value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        }
    }
}

private func parse(_ text: String, limits: YAML.Limits = .init()) throws(Problem) -> YAML.Node {
    try YAML.parse(Array(text.utf8), file: "a.yaml", limits: limits)
}

struct YAMLTests {
    @Test(arguments: [
        ("", "null"),
        ("# nothing\n", "null"),
        ("---\n...\n", "null"),
        ("a: 1\nb: [x, \"y\"]\nc: {d: ~}\n", #"{"a":1,"b":["x","y"],"c":{"d":null}}"#),
        (#"{"a": [1, 2.5, true, null, "\u00e9"]}"#, #"{"a":[1,2.5,true,null,"é"]}"#),
        ("\u{FEFF}a: b", #"{"a":"b"}"#),
        ("a: b\r\nc: d\r\n", #"{"a":"b","c":"d"}"#),
        ("a: |\n  one\n  two\n", #"{"a":"one\ntwo\n"}"#),
        ("a: >-\n  one\n  two\n", #"{"a":"one two"}"#),
        ("base: &b {x: 1, y: 2}\nuse: *b\n", #"{"base":{"x":1,"y":2},"use":{"x":1,"y":2}}"#),
        // What a mapping says itself wins over what it merges, wherever `<<` stands.
        ("b: &b {x: 1, y: 2}\nu: {<<: *b, y: 3}\n", #"{"b":{"x":1,"y":2},"u":{"y":3,"x":1}}"#),
        ("u:\n  y: 3\n  <<: {x: 1, y: 2}\n", #"{"u":{"y":3,"x":1}}"#),
        // Of several, the earlier wins.
        ("u: {<<: [{x: 1}, {x: 2, y: 2}]}", #"{"u":{"x":1,"y":2}}"#),
        // Quoted, it is a key like any other.
        (#"{"<<": 1}"#, #"{"<<":1}"#),
        // An anchor can be given again: the latest counts.
        ("[&a 1, *a, &a 2, *a]", "[1,1,2,2]"),
    ])
    func readsADocument(text: String, expected: String) throws {
        #expect(json(try parse(text)).text == expected)
    }

    @Test(arguments: [
        ("~", "null"), ("null", "null"), ("Null", "null"), ("nUll", "\"nUll\""), ("''", "\"\""),
        ("true", "true"), ("FALSE", "false"), ("tRue", "\"tRue\""), ("yes", "\"yes\""), ("off", "\"off\""),
        ("12", "12"), ("-7", "-7"), ("+3", "3"), ("007", "7"), ("0x1F", "31"), ("0o17", "15"), ("0x-1", "\"0x-1\""),
        ("1.5", "1.5"), ("1.", "1.0"), (".5", "0.5"), ("1e3", "1000.0"), ("1e", "\"1e\""), (".", "\".\""),
        ("1_000", "\"1_000\""), ("0x1p4", "\"0x1p4\""), ("infinity", "\"infinity\""), ("nan", "\"nan\""),
        ("12:30", "\"12:30\""), ("1.2.3", "\"1.2.3\""), ("-", "[null]"), ("2024-01-01", "\"2024-01-01\""),
        ("99999999999999999999", "1e+20"), ("\"12\"", "\"12\""), ("'true'", "\"true\""),
        ("!!str 12", "\"12\""), ("!!int \"12\"", "12"), ("! 12", "\"12\""), ("!reset 12", "\"12\""),
    ])
    func resolvesPlainScalarsByTheCoreSchema(text: String, expected: String) throws {
        #expect(json(try parse(text)).text == expected)
    }

    @Test func keepsTheTextOfANumber() throws {
        #expect(try parse("1.20").scalar?.text == "1.20")
    }

    @Test(arguments: [
        ("true", true), ("yes", true), ("On", true), ("false", false), ("no", false), ("off", false),
        ("\"off\"", nil), ("1", nil), ("maybe", nil), ("~", nil),
    ])
    func takesTheOldWordsWhereATruthIsExpected(text: String, expected: Bool?) throws {
        #expect(try parse(text).scalar?.truth == expected)
    }

    // MARK: - Marks

    @Test func countsColumnsInCharactersAndOffsetsInBytes() throws {
        let text = "é: ü\nname: [café, {key: välue}, end]\n"
        let list = try #require(try parse(text)["name"]?.sequence)
        #expect(list[2].start.line == 2)
        #expect(list[2].start.column == 28)
        let bytes = Array(text.utf8)
        #expect(String(decoding: bytes[list[0].start.offset..<list[0].end.offset], as: UTF8.self) == "café")
        let value = try #require(list[1]["key"])
        #expect(String(decoding: bytes[value.start.offset..<value.end.offset], as: UTF8.self) == "välue")
        #expect(String(decoding: bytes[list[2].start.offset..<list[2].end.offset], as: UTF8.self) == "end")
    }

    @Test func marksAreRightBehindAByteOrderMark() throws {
        let text = "\u{FEFF}é: [a, ü, c]"
        let last = try #require(try parse(text)["é"]?.sequence?[2])
        #expect([last.start.offset, last.start.line, last.start.column] == [15, 1, 11])
    }

    /// libyaml ends a line at U+2028 and U+0085; editors do not.
    @Test func countsTheLinesThatAnEditorShows() throws {
        let node = try parse("a: \"x\u{2028}y\u{85}z\"\r\nb: 1\rc: 2\nd: 3\n")
        let pairs = try #require(node.mapping)
        #expect(pairs.map { $0.key.start.line } == [1, 2, 3, 4])
        #expect(pairs.map { $0.key.start.column } == [1, 1, 1, 1])
    }

    @Test func marksEveryScalarOfALongLineOfManyBytes() throws {
        let words = (0..<3000).map { "w\($0)" + ["é", "€", "😀", ""][$0 % 4] }
        let text = "[" + words.joined(separator: ", ") + "]"
        let bytes = Array(text.utf8)
        let nodes = try #require(try parse(text).sequence)
        #expect(nodes.map { String(decoding: bytes[$0.start.offset..<$0.end.offset], as: UTF8.self) } == words)
    }

    @Test func tellsWhatCameThroughAnAliasOrAMerge() throws {
        let node = try parse("a: &x {k: 1}\nb: *x\nc: {<<: *x, m: 2}\n")
        #expect(node["a"]?.isAlias == false)
        #expect(node["a"]?.anchor == "x")
        #expect(node["b"]?.isAlias == true)
        #expect(node["b"]?["k"]?.start.line == 1)
        #expect(node["c"]?.mapping?.map(\.isMerged) == [false, true])
    }

    // MARK: - Mistakes

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3:1: the key \"a\" is already given at line 1, column 1"),
        ("{\"a\": 1, a: 2}", "a.yaml:1:10: the key \"a\" is already given at line 1, column 2"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document begins here, expected only one"),
        ("a:\n\t- b\n", "a.yaml:2:1: a tab cannot stand here, expected spaces"),
        (
            "a: [1, 2\nb: 3\n",
            "a.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence that begins at line 1, column 4"
        ),
        ("a: b: c", "a.yaml:1:5: mapping values are not allowed in this context"),
        (
            "a: \"x\n",
            "a.yaml:2:1: found unexpected end of stream while scanning a quoted scalar that begins at line 1, column 4"
        ),
        (
            "é: é\nb: @x",
            "a.yaml:2:4: found character that cannot start any token while scanning for the next token that begins at line 2, column 4"
        ),
        ("a: *b", "a.yaml:1:4: the alias \"*b\" has no anchor \"&b\" before it"),
        ("a: &a [*a]", "a.yaml:1:8: the alias \"*a\" contains itself"),
        ("? [a]\n: b\n", "a.yaml:1:3: a key is a list, expected a word"),
        ("{<<: 1}", "a.yaml:1:2: \"<<\" takes a number, expected a mapping or a list of them"),
        ("{<<: [{}, x]}", "a.yaml:1:2: \"<<\" takes a list, expected a mapping or a list of them"),
        ("é: \u{1}", "a.yaml:1:4: control characters are not allowed"),
        ("\u{FEFF}é: \u{1}", "a.yaml:1:4: control characters are not allowed"),
    ])
    func namesThePlaceOfAMistake(text: String, message: String) {
        #expect(throws: Problem(.invalid, message)) { try parse(text) }
    }

    @Test func refusesTextThatIsNotUTF8AtItsPlace() {
        #expect(throws: Problem(.invalid, "a.yaml:2:5: the text is not UTF-8")) {
            try YAML.parse(Array("é: é\na: é".utf8) + [0xFF, 0x0A], file: "a.yaml")
        }
        // UTF-16, which libyaml would take if it were left to guess.
        #expect(throws: Problem(.invalid, "a.yaml:1:1: the text is not UTF-8")) {
            try YAML.parse([0xFF, 0xFE, 0x61, 0x00], file: "a.yaml")
        }
    }

    @Test func reportsAllDuplicatesTogether() throws {
        let reading = try YAML.read(Array("a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\n".utf8), file: "a.yaml")
        #expect(reading.duplicates.map { $0.position.description } == ["a.yaml:2:1", "a.yaml:3:11", "a.yaml:3:17"])
        #expect(json(reading.root).text == #"{"a":1,"b":{"c":1}}"#)
    }

    // MARK: - Bounds

    @Test func refusesAFileThatIsTooBig() {
        var limits = YAML.Limits()
        limits.bytes = 10
        #expect(throws: Problem(.limit, "a.yaml:1:1: the file has 11 bytes, expected at most 10")) {
            try parse("a: 34567890", limits: limits)
        }
    }

    @Test func refusesDeepNesting() {
        #expect(throws: Problem(.limit, "a.yaml:1:65: nested deeper than 64")) {
            try parse(String(repeating: "[", count: 300_000))
        }
        #expect(throws: Never.self) {
            try parse(String(repeating: "[", count: 64) + String(repeating: "]", count: 64))
        }
    }

    @Test func refusesAliasesThatGrowWithoutEnd() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let names = repeatElement("*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(names)]\n"
        }
        #expect(throws: Problem(.limit, "a.yaml:6:10: the aliases expand to more than 100000 values")) {
            try parse(text)
        }
    }

    /// Every truncation and many mutations either parse or are refused with a place; none crashes.
    @Test func survivesBrokenFiles() throws {
        let text =
            "é: &a {x: [1, 'two', \"thr\\u00e9\"], <<: {y: !!str 2}}\nb: |\n  text\n\nc: *a\n? d\n: - e\n  - - f\n"
        let bytes = Array(text.utf8)
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var inputs = (0...bytes.count).map { Array(bytes.prefix($0)) }
        for _ in 0..<3000 {
            var mutated = bytes
            for _ in 0...random(4) { mutated[random(mutated.count)] = UInt8(random(256)) }
            inputs.append(mutated)
            var spliced = bytes
            spliced.insert(
                contentsOf: Array("[]{}:,&*!|>\"'\n\t -?".utf8.shuffled().prefix(3)), at: random(bytes.count))
            inputs.append(spliced)
        }
        for input in inputs {
            do {
                _ = try YAML.parse(input, file: "a.yaml")
            } catch {
                #expect(error.message.hasPrefix("a.yaml:"), "\(error)")
            }
        }
    }
}
