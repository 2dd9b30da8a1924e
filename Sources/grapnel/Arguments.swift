import Model

/// The words after the program's name, sorted into a subcommand's options and operands.
struct Arguments {
    /// What a subcommand takes.
    struct Grammar {
        struct Option {
            let name: String
            /// What its value is called in the help; nil for a flag.
            var value: String?
            let help: String
        }

        var operands: [String] = []
        /// How many of the last ones may be missing.
        var optional = 0
        /// The last one may stand any number of times.
        var isList = false
        var options: [Option] = []
        static let global = [
            Option(name: "--home", value: "DIR", help: "everything under one directory (or GRAPNEL_HOME)"),
            Option(name: "--json", help: "print JSON instead of a table"),
            Option(name: "--help", help: "this help"),
        ]
    }

    private(set) var operands: [String] = []
    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    init(_ words: some Sequence<String>, _ grammar: Grammar, command: String) throws(Problem) {
        let options = grammar.options + Grammar.global
        var words = Array(words)[...]
        var isOnlyOperands = false
        while let word = words.popFirst() {
            guard !isOnlyOperands, word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            if word == "--" {
                isOnlyOperands = true
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0] == "-h" ? "--help" : parts[0]
            guard let option = options.first(where: { $0.name == name }) else {
                throw Problem(.usage, "\(command): there is no option \"\(name)\"; see grapnel \(command) --help")
            }
            if option.value == nil {
                guard parts.count == 1 else { throw Problem(.usage, "\(command): \(name) takes no value") }
                flags.insert(name)
            } else {
                guard let value = parts.count == 2 ? parts[1] : words.popFirst() else {
                    throw Problem(.usage, "\(command): \(name) needs a value")
                }
                values[name] = value
            }
        }
        guard !flags.contains("--help") else { return }
        let least = grammar.operands.count - grammar.optional
        guard operands.count >= least, grammar.isList || operands.count <= grammar.operands.count else {
            let expected = grammar.operands.isEmpty ? "nothing" : grammar.operands.joined(separator: " ")
            let found = operands.isEmpty ? "nothing" : "\"\(operands.joined(separator: " "))\""
            throw Problem(.usage, "\(command): expected \(expected), found \(found)")
        }
        if let index = operands.firstIndex(of: "") {
            let expected = grammar.operands[min(index, grammar.operands.count - 1)]
            throw Problem(.usage, "\(command): expected \(expected), found \"\"")
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    subscript(option: String) -> String? { values[option] }

    subscript(index: Int) -> String? { operands.indices.contains(index) ? operands[index] : nil }
}
