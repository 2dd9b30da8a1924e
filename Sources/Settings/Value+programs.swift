import Model
import YAML

extension Value {
    /// A program and its arguments. There is no shell in between, so one word is a program, and several in one
    /// text would be a program with spaces in its name.
    func program() -> [String]? {
        let expected = "a program and its arguments, for example [\"./deploy.sh\", \"now\"]"
        if node.sequence == nil {
            guard let scalar = scalar(expected), let word = text(expected) else { return nil }
            let words = word.split { $0 == " " || $0 == "\t" || $0 == "\n" }
            guard words.count > 1 else { return [word] }
            if scalar.isExpanded {
                refuse("\(quoted(scalar.source)) is several words, expected a list of them")
            } else {
                let list = words.map { quoted(String($0)) }.joined(separator: ", ")
                refuse("\(quoted(word)) is several words, expected a list: [\(list)]")
            }
            return nil
        }
        let values = elements()
        let arguments = values.compactMap { $0.anyText("an argument") }
        guard arguments.count == values.count else { return nil }
        guard let program = arguments.first, !program.isEmpty else {
            refuse("it names no program, expected \(expected)")
            return nil
        }
        return arguments
    }

    func texts(_ what: String) -> [String] { elements().compactMap { $0.text(what) } }

    func environment() -> [String: String] {
        var result: [String: String] = [:]
        for entry in entries("a mapping of names to values") {
            guard Expansion.isName(entry.name) else {
                reading.add(
                    SettingsMistake(
                        at: entry.position, place: entry.value.place,
                        "\(quoted(entry.name)) is not a variable's name, expected letters, digits and \"_\""))
                continue
            }
            result[entry.name] = entry.value.anyText("a value")
        }
        return result
    }
}
