import Model

/// The keys of the lines `key=value` that an executable may write to its standard output.
enum AnswerKey: String, CaseIterable {
    /// Why, in one sentence; with any exit code but 0.
    case reason
    /// With exit code 75: when to try again, such as `30m`.
    case delay
    /// The tag to deploy.
    case tag
    /// One of the services that a webhook means.
    case service
    /// The command that a webhook means.
    case command
    /// The message to send instead; several are its lines.
    case message
    /// `true`: send no message.
    case drop
    /// One of the arguments to run the command with; several are all of them, in order.
    case argument

    var mayRepeat: Bool { self == .message || self == .argument || self == .service }

    /// Where it may be given; nil for everywhere.
    var points: [HookPoint]? {
        switch self {
        case .reason: nil
        case .delay: HookPoint.allCases.filter(\.mayPostpone)
        case .tag: [.selectTag, .webhook]
        case .service, .command: [.webhook]
        case .message, .drop: [.notify]
        case .argument: [.command, .webhook]
        }
    }
}
