package import Model
import Synchronization

/// The zone database of the machine (package tzdata). What was read is kept for as long as the agent runs.
package final class ZoneFiles: LocalTimes {
    private let directory: String
    private let ownZone: String?
    private let known = Mutex<[String: ZoneRules?]>([:])

    /// More than the largest one.
    private static let largest = 64 << 10
    package static let usualDirectory = "/usr/share/zoneinfo"

    /// `environment` is that of the agent: `TZ` says which zone is its own, where it is set.
    package init(directory: String = usualDirectory, environment: [String: String]) {
        self.directory = directory
        ownZone = environment["TZ"]
    }

    package func offset(of zone: String?, at moment: Timestamp) -> Int64? {
        rules(zone ?? "")?.offset(at: moment)
    }

    /// Whether the machine knows the zone.
    package func knows(_ zone: String) -> Bool { rules(zone) != nil }

    private func rules(_ zone: String) -> ZoneRules? {
        known.withLock { known in
            if let rules = known[zone] { return rules }
            let rules = zone.isEmpty ? own() : file("\(directory)/\(zone)")
            // A name that there is not may be a package that is installed later.
            if rules != nil { known[zone] = rules }
            return rules
        }
    }

    private func own() -> ZoneRules? {
        guard var zone = ownZone else { return file("/etc/localtime") ?? ZoneRules(rule: "UTC0") }
        if zone.hasPrefix(":") { zone.removeFirst() }
        if zone.isEmpty { return ZoneRules(rule: "UTC0") }
        return file(zone.hasPrefix("/") ? zone : "\(directory)/\(zone)") ?? ZoneRules(rule: zone)
    }

    private func file(_ path: String) -> ZoneRules? {
        guard !path.contains("/../"), let bytes = try? FileContent.read(path, limit: ZoneFiles.largest) else {
            return nil
        }
        return ZoneRules(file: bytes)
    }
}
