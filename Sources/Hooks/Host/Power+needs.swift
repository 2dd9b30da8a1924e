package import LuaRuntime
package import Model

extension Power {
    /// Reads `needs = { "http", "exec" }` of a hook's file or of a plugin's manifest.
    package static func needs(_ value: LuaValue, allowed: Set<Power>) throws(Problem) -> Set<Power> {
        guard !value.isNil else { return [] }
        guard let table = value.table, table.fields.isEmpty else {
            throw Problem(.invalid, "needs: is \(value.shown), expected a list such as { \"http\", \"exec\" }")
        }
        let known = Power.allCases.map(\.rawValue)
        var needs: Set<Power> = []
        for element in table.list {
            guard let word = element.text, let power = Power(rawValue: word) else {
                let hint = Spelling.hint(for: element.text ?? "", among: known)
                let expected = hint.isEmpty ? ", expected one of \(known.joined(separator: ", "))" : hint
                throw Problem(.invalid, "needs: \(element.shown) is not a power\(expected)")
            }
            guard allowed.contains(power) else {
                throw Problem(.forbidden, "needs: \"\(word)\" is not among hooks.allow in the settings")
            }
            needs.insert(power)
        }
        return needs
    }
}
