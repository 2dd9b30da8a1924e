import Model

extension HookAnswer {
    /// As the journal keeps it, to be applied after a kill as if it had just been given.
    func json(at point: HookPoint) -> JSON {
        var members = JSON.Members([("answer", .string(name)), ("point", .string(point.rawValue))])
        switch self {
        case .proceed, .drop: break
        case .abort(let reason), .rollBack(let reason), .notYet(let reason): members["value"] = .string(reason)
        case .postpone(let delay, let reason):
            members["value"] = .string(reason)
            members["delay"] = .integer(delay.milliseconds)
        case .tag(let tag): members["value"] = .string(tag)
        case .rewrite(let value): members["value"] = value
        }
        return .object(members)
    }

    init?(json: JSON) {
        let text = json["value"]?.string ?? ""
        switch json["answer"]?.string {
        case "continue": self = .proceed
        case "drop": self = .drop
        case "abort": self = .abort(reason: text)
        case "roll back": self = .rollBack(reason: text)
        case "not yet": self = .notYet(reason: text)
        case "defer": self = .postpone(.milliseconds(json["delay"]?.integer ?? 0), reason: text)
        case "tag": self = .tag(text)
        case "rewrite": self = .rewrite(json["value"] ?? .null)
        default: return nil
        }
    }
}
