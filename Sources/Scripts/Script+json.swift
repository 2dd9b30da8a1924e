import Model

extension Script {
    var json: JSON {
        [
            "arguments": .array(arguments.map(JSON.string)), "directory": JSON(directory), "user": JSON(user),
            "environment": .object(
                JSON.Members(environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "timeout": .integer(timeout.milliseconds), "output": .integer(Int64(output)),
        ]
    }

    /// Nil for null. What is there and cannot be read throws: to take it for "no script" would be to lose it.
    static func read(_ json: JSON?) throws(Problem) -> Script? {
        guard let json, !json.isNull else { return nil }
        guard let arguments = json["arguments"]?.array?.compactMap(\.string), !arguments.isEmpty,
            let environment = json["environment"]?.object, let timeout = json["timeout"]?.integer,
            let output = json["output"]?.integer
        else {
            // It may hold secrets, so it is not shown.
            throw Problem(.corrupt, "journal: the script that undoes this deploy cannot be read")
        }
        return Script(
            arguments: arguments, directory: json["directory"]?.string, user: json["user"]?.string,
            environment: Dictionary(
                environment.pairs.compactMap { pair in pair.value.string.map { (pair.key, $0) } }
            ) { _, last in last },
            timeout: .milliseconds(timeout), output: Int(output))
    }
}
