import Lifecycle
import Model
import SQLite

extension SQLValue {
    init(_ moment: Timestamp?) { self.init(moment?.microseconds) }
    init(_ json: JSON?) { self.init(json?.text) }
    init(_ release: Release?) { self.init(release?.json) }
    init(_ mark: ServiceState.Mark?) { self.init(mark?.json) }
}

extension ServiceState.Mark {
    var json: JSON { ["reason": .string(reason), "by": JSON(by), "since": .integer(since.microseconds)] }

    init?(json: JSON) {
        guard let reason = json["reason"]?.string, let since = json["since"]?.integer else { return nil }
        self.init(reason: reason, by: json["by"]?.string, since: Timestamp(microseconds: since))
    }
}
