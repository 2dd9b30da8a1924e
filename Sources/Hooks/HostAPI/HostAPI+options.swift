import LuaRuntime
import Model

/// Reading the options that several functions have.
extension HostAPI {
    static func wrong(_ name: String, _ options: LuaTable, expected: String) -> Problem {
        Problem(.invalid, "\(name): is \(options[name].shown), expected \(expected)")
    }

    /// False when it is not given.
    static func flag(_ name: String, _ options: LuaTable) throws(Problem) -> Bool {
        guard !options[name].isNil else { return false }
        guard let flag = options[name].boolean else { throw wrong(name, options, expected: "true or false") }
        return flag
    }

    /// Not empty; nil when it is not given.
    static func text(_ name: String, _ options: LuaTable, expected: String) throws(Problem) -> String? {
        guard !options[name].isNil else { return nil }
        guard let text = options[name].text, !text.isEmpty else { throw wrong(name, options, expected: expected) }
        return text
    }

    /// More than nothing; nil when it is not given.
    static func duration(_ name: String, _ options: LuaTable) throws(Problem) -> Duration? {
        guard !options[name].isNil else { return nil }
        guard let duration = options[name].text.flatMap({ Duration(text: $0) }), duration > .zero else {
            throw wrong(name, options, expected: "a duration such as \"30s\"")
        }
        return duration
    }

    /// Of the table's fields; nil when it is not given.
    static func strings(_ name: String, _ options: LuaTable) throws(Problem) -> [String: String]? {
        guard !options[name].isNil else { return nil }
        guard let table = options[name].table, table.list.isEmpty else {
            throw wrong(name, options, expected: "a table of names and values")
        }
        var strings: [String: String] = [:]
        for (key, value) in table.namedFields {
            guard let text = value.text ?? value.integer.map({ "\($0)" }) else {
                throw Problem(.invalid, "\(name).\(key): is a \(value.typeName), expected a string")
            }
            strings[key] = text
        }
        return strings
    }
}
