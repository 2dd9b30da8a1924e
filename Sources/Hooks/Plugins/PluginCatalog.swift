package import Files
package import LuaRuntime
package import Model
import Processes

/// All plugins: those in the binary, and over them those of the directories, a later one over an earlier one.
///
/// One that is broken does not let the one below it through: its owner wanted another.
package struct PluginCatalog: Sendable {
    /// By kind and name.
    package let plugins: [Plugin]
    package let broken: [BrokenPlugin]

    package static let none = PluginCatalog(plugins: [], broken: [])

    package static func load(
        directories: [String], trust: FileTrust = FileTrust(), threads: LuaThreads = LuaThreads()
    ) async -> PluginCatalog {
        var known: [String: Plugin] = [:]
        var broken: [BrokenPlugin] = []
        func add(_ kind: PluginKind, _ name: String, _ origin: Plugin.Origin, _ source: [UInt8]) async {
            let key = "\(kind.rawValue)/\(name)"
            let below = known.removeValue(forKey: key)
            do throws(Problem) {
                let manifest = try await Plugin.manifest(of: source, kind: kind, name: name, threads: threads)
                let replaced = below.map { $0.replaced + [$0.origin] } ?? []
                known[key] = Plugin(manifest: manifest, origin: origin, replaced: replaced, source: source)
                broken.removeAll { $0.name == key }
            } catch {
                broken.append(BrokenPlugin(name: key, origin: origin, problem: error))
            }
        }
        for entry in ShippedPlugins.all { await add(entry.kind, entry.name, .embedded, entry.source) }
        for directory in directories {
            let scan = PluginScan(directory: directory, trust: trust)
            guard let result = try? await OwnThread.run(throwing: { scan.run() }) else { continue }
            for refused in result.broken {
                known.removeValue(forKey: refused.name)
                broken.append(refused)
            }
            for found in result.found { await add(found.kind, found.name, .file(found.path), found.source) }
        }
        let plugins = known.values.sorted {
            ($0.manifest.kind.rawValue, $0.name) < ($1.manifest.kind.rawValue, $1.name)
        }
        return PluginCatalog(plugins: plugins, broken: broken)
    }

    /// Reads one file as it would be read in its place, for its author: every mistake is a line of what is thrown.
    package static func check(
        file path: String, trust: FileTrust = FileTrust(), threads: LuaThreads = LuaThreads()
    ) async throws(Problem) -> PluginManifest {
        let parts = path.split(separator: "/")
        guard let file = parts.last, file.hasSuffix(".lua"), Plugin.isName(file.dropLast(4)) else {
            throw Problem(.invalid, "\(path): expected a name of small letters, digits and \"-\", and \".lua\"")
        }
        let source = try await OwnThread.run(throwing: { () throws(Problem) in
            if let objection = trust.objection(to: path) { throw Problem(.forbidden, "\(path): \(objection)") }
            return try FileContent.read(path, limit: 1 << 20)
        })
        let kind = parts.dropLast().last.flatMap { PluginKind(rawValue: String($0)) }
        let read: (manifest: PluginManifest?, mistakes: [Problem])
        do throws(Problem) {
            read = try await Plugin.read(source, kind: kind, name: String(file.dropLast(4)), threads: threads)
        } catch {
            throw error.at(path)
        }
        guard let manifest = read.manifest else {
            throw Problem(.invalid, read.mistakes.map { "\($0.at(path))" }.joined(separator: "\n"))
        }
        return manifest
    }

    package func find(_ kind: PluginKind, _ name: String) throws(Problem) -> Plugin {
        if let plugin = plugins.first(where: { $0.manifest.kind == kind && $0.manifest.name == name }) { return plugin }
        if let broken = broken.last(where: { $0.name == "\(kind.rawValue)/\(name)" }) {
            throw Problem(.invalid, "the plugin \"\(name)\" is broken: \(broken)")
        }
        let names = plugins.filter { $0.manifest.kind == kind }.map(\.manifest.name)
        let hint = Spelling.hint(for: name, among: names)
        let expected =
            hint.isEmpty ? names.isEmpty ? "" : ", expected one of \(names.joined(separator: ", "))" : hint
        throw Problem(.notFound, "there is no \(kind.rawValue) plugin \"\(name)\"\(expected)")
    }
}
