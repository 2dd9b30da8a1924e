import LuaRuntime
import Model

/// A plugin that can be used.
package struct Plugin: Sendable {
    package enum Origin: Hashable, Sendable, CustomStringConvertible {
        case embedded
        case file(String)

        package var description: String {
            switch self {
            case .embedded: "built in"
            case .file(let path): path
            }
        }
    }

    package let manifest: PluginManifest
    package let origin: Origin
    /// Those of the same kind and name that it stands in for.
    package let replaced: [Origin]
    let source: [UInt8]

    /// `notify/webhook`, which is also the scope of what it stores.
    package var name: String { "\(manifest.kind.rawValue)/\(manifest.name)" }

    /// As Lua's messages name it.
    var chunk: String { name + ".lua" }
}

extension Plugin {
    /// Reads a plugin's manifest with no powers at all. Of several mistakes the first is thrown.
    static func manifest(
        of source: [UInt8], kind: PluginKind?, name: String, threads: LuaThreads
    ) async throws(Problem) -> PluginManifest {
        let (manifest, mistakes) = try await read(source, kind: kind, name: name, threads: threads)
        guard let manifest else { throw mistakes.first ?? Problem(.invalid, "it has no manifest") }
        return manifest
    }

    static func read(
        _ source: [UInt8], kind: PluginKind?, name: String, threads: LuaThreads
    ) async throws(Problem) -> (manifest: PluginManifest?, mistakes: [Problem]) {
        let state = try LuaState()
        let value: LuaValue
        do throws(LuaFailure) {
            value = try await threads.run(state) { state throws(LuaFailure) in
                try state.load(source: source, name: name + ".lua")
            }
        } catch {
            throw error.problem
        }
        return PluginManifest.read(value, kind: kind, name: name)
    }

    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.utf8.count <= 64 && name.first != "-"
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}
