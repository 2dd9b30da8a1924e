import Model

/// What a Lua file will most likely stumble over when it runs: functions of `agent` that do not exist, and those whose
/// power it does not declare.
enum LuaDoubts {
    private static let agent = "agent."
    private static let functions = Dictionary(uniqueKeysWithValues: HostAPI.functions.map { ($0.path, $0) })
    /// `http` of `agent.http.get`.
    private static let tables = Set(functions.keys.flatMap { $0.split(separator: ".").dropLast().map(String.init) })

    /// Each with its line in front; each thing once.
    static func all(of words: LuaWords, needs: Set<Power>) -> [String] {
        var told: Set<String> = []
        return words.words.compactMap { word in
            guard word.text.hasPrefix(agent) else { return nil }
            let path = String(word.text.dropFirst(agent.count))
            guard let doubt = doubt(about: path, needs), told.insert(path).inserted else { return nil }
            return "\(word.line): \(doubt)"
        }
    }

    private static func doubt(about path: String, _ needs: Set<Power>) -> String? {
        if let function = functions[path] { return function.undeclared(needs)?.message }
        if tables.contains(path) || path.isEmpty || path.hasSuffix(".") { return nil }
        let hint = Spelling.suggestion(for: path, among: functions.keys).map { ", did you mean \(agent)\($0)?" } ?? ""
        return "there is no function \(agent)\(path)\(hint)"
    }
}
