import Files
import Model

/// What lies in one directory of plugins, `<kind>/<name>.lua`. What begins with `_` or `.` is none of ours.
///
/// Asks the file system: not for Swift's cooperative pool.
struct PluginScan: Sendable {
    struct Found: Sendable {
        let kind: PluginKind
        let name: String
        let path: String
        let source: [UInt8]
    }

    let directory: String
    let trust: FileTrust

    private static let largest = 1 << 20

    func run() -> (found: [Found], broken: [BrokenPlugin]) {
        var found: [Found] = []
        var broken: [BrokenPlugin] = []
        for name in names(in: directory, &broken) {
            let place = "\(directory)/\(name)"
            guard let kind = PluginKind(rawValue: name) else {
                let kinds = PluginKind.allCases.map(\.rawValue)
                let hint = Spelling.hint(for: name, among: kinds)
                let expected = hint.isEmpty ? ", expected one of \(kinds.joined(separator: ", "))" : hint
                broken.append(refuse(name, place, Problem(.invalid, "not a kind of plugin\(expected)")))
                continue
            }
            for file in names(in: place, &broken) where file.hasSuffix(".lua") {
                let name = String(file.dropLast(4))
                let path = "\(place)/\(file)"
                do throws(Problem) {
                    let source = try read(path, name)
                    found.append(Found(kind: kind, name: name, path: path, source: source))
                } catch {
                    broken.append(refuse("\(kind.rawValue)/\(name)", path, error))
                }
            }
        }
        return (found, broken)
    }

    private func read(_ path: String, _ name: String) throws(Problem) -> [UInt8] {
        guard Plugin.isName(name) else {
            throw Problem(.invalid, "expected a name of small letters, digits and \"-\"")
        }
        if let objection = trust.objection(to: path) { throw Problem(.forbidden, objection) }
        do throws(Problem) {
            return try FileContent.read(path, limit: PluginScan.largest)
        } catch {
            // Its own path is told by whoever tells of it.
            let own = path + ": "
            throw error.message.hasPrefix(own) ? Problem(error.code, String(error.message.dropFirst(own.count))) : error
        }
    }

    private func refuse(_ name: String, _ path: String, _ problem: Problem) -> BrokenPlugin {
        BrokenPlugin(name: name, origin: .file(path), problem: problem)
    }

    /// A directory that is not there has nothing in it.
    private func names(in place: String, _ broken: inout [BrokenPlugin]) -> [String] {
        do throws(Problem) {
            return try Directory.names(in: place).filter { !$0.hasPrefix("_") && !$0.hasPrefix(".") }
        } catch {
            if error.code != .notFound { broken.append(refuse(place, place, error)) }
            return []
        }
    }
}
