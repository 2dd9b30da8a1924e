package import Model

/// A command that somebody wants to run.
package struct CommandRequest: Hashable, Sendable {
    package var name: String
    package var arguments: [String]
    package var trigger: Trigger

    package init(name: String, arguments: [String], trigger: Trigger) {
        self.name = name
        self.arguments = arguments
        self.trigger = trigger
    }

    package var json: JSON {
        [
            "name": .string(name), "arguments": .array(arguments.map(JSON.string)),
            "trigger": .string(trigger.kind.rawValue), "by": JSON(trigger.by),
        ]
    }
}
