package import Files
import Model

/// Finds hooks in the hooks directories, and what looks like one and is not.
///
///     DIR/<point>.d/*             for every service
///     DIR/<service>/<point>.d/*   for one
///     DIR/<service>.lua           a drop-in for one
///
/// At one hook point they run in the order of their file names, byte by byte, whatever directory they lie in; of two
/// with one name, the one for every service comes first. The service's drop-in is last.
///
/// Two files are the same hook when their names within their hooks directories are the same: `post-up.d/20-x` of a later
/// directory replaces that of an earlier one, or disables it by being a link to /dev/null. `web/post-up.d/20-x` is
/// another hook. What is ignored replaces nothing.
///
/// Everything here asks the file system: not for Swift's cooperative pool.
package struct HookFinder: Sendable {
    private let directories: [String]
    private let trust: FileTrust

    /// Shipped ones first.
    package init(directories: [String], trust: FileTrust = FileTrust()) {
        self.directories = directories
        self.trust = trust
    }

    /// Everything that lies in the hooks directories, in the order in which hooks run.
    package func survey() -> [HookFile] { merge(directories.map { HookScan(directory: $0, trust: trust).files() }) }

    /// The hooks of one service, and what had to be left out.
    package func files(for service: String) -> [HookFile] {
        merge(directories.map { HookScan(directory: $0, trust: trust, service: service).files() })
    }

    private func merge(_ found: [[HookFile]]) -> [HookFile] {
        var winners: [String: HookFile] = [:]
        for file in found.joined() where file.isInForce { winners[file.name] = file }
        let all = found.joined().compactMap { file -> HookFile? in
            guard file.isInForce, let winner = winners[file.name], winner.path != file.path else { return file }
            var file = file
            if case .disabled = winner.status {
                file.status = .disabled(by: winner.path)
            } else if file.isDisabling {
                // A later directory overrules the link to /dev/null, which says nothing any more.
                return nil
            } else {
                file.status = .replaced(by: winner.path)
            }
            return file
        }
        // A link to /dev/null is told of through what it disables, or for itself when that is nothing.
        let disabled = Set(all.filter { !$0.isDisabling }.compactMap(\.disabler))
        return all.filter { !($0.isDisabling && disabled.contains($0.path)) }.sorted(by: HookFile.runBefore)
    }
}

extension HookFile {
    fileprivate var isInForce: Bool {
        switch status {
        case .active, .disabled: true
        case .replaced, .ignored, .unreadable, .broken, .doubtful: false
        }
    }

    fileprivate var disabler: String? { if case .disabled(let path) = status { path } else { nil } }

    fileprivate var isDisabling: Bool { disabler == path }

    fileprivate static func runBefore(_ left: HookFile, _ right: HookFile) -> Bool {
        func order(_ text: some StringProtocol, _ other: some StringProtocol) -> Bool? {
            text == other ? nil : text.utf8.lexicographicallyPrecedes(other.utf8)
        }
        // Without a point come drop-ins, which are last, and what is none.
        let points = HookPoint.allCases
        func place(_ file: HookFile) -> Int { file.point.flatMap(points.firstIndex) ?? points.count }
        if place(left) != place(right) { return place(left) < place(right) }
        return order(left.fileName, right.fileName) ?? order(left.service ?? "", right.service ?? "")
            ?? order(left.path, right.path) ?? false
    }
}
