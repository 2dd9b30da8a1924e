import Glibc
import Hooks
import Model

enum PluginsCommand: Subcommand {
    static let name = "plugins"
    static let summary = "the plugins and their options; plugins check FILE tries one of your own"
    static let grammar = Arguments.Grammar(operands: ["list|show|check", "NAME|FILE"], optional: 2)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let operand = context.arguments[1]
        switch (context.arguments[0] ?? "list", operand) {
        case ("list", nil): return await list(context)
        case ("list", _): throw Problem(.usage, "plugins list: expected nothing more")
        case ("show", let name?): return try await show(context, name)
        case ("show", nil): throw Problem(.usage, "plugins show: expected a plugin's name")
        case ("check", let path?): return try await check(context, path)
        case ("check", nil): throw Problem(.usage, "plugins check: expected a file")
        case (let other, _): throw Problem(.usage, "plugins: \"\(other)\": expected list, show or check")
        }
    }

    private static func list(_ context: Context) async -> Int32 {
        let catalog = await PluginCatalog.load(directories: context.home.pluginDirectories)
        if context.wantsJSON {
            let answer: JSON = [
                "plugins": .array(catalog.plugins.map(json)),
                "broken": .array(
                    catalog.broken.map { ["name": .string($0.name), "problem": .string("\($0)")] }),
            ]
            context.terminal.print(answer.prettyText)
            return ExitCode.ok
        }
        var table = Table("KIND", "NAME", "ORIGIN", "SUMMARY")
        for plugin in catalog.plugins {
            table.add(
                Table.Cell(plugin.manifest.kind.rawValue), Table.Cell(plugin.manifest.name),
                Table.Cell("\(plugin.origin)"), Table.Cell(plugin.manifest.summary))
        }
        context.terminal.print(table.text(context.terminal))
        for broken in catalog.broken { context.terminal.print("broken: \(Table.harmless("\(broken)"))") }
        return ExitCode.ok
    }

    /// All plugins of that name; `notify/webhook` names one of them.
    private static func show(_ context: Context, _ name: String) async throws(Problem) -> Int32 {
        let catalog = await PluginCatalog.load(directories: context.home.pluginDirectories)
        let plugins = catalog.plugins.filter { $0.name == name || $0.manifest.name == name }
        guard !plugins.isEmpty else {
            if let broken = catalog.broken.first(where: { $0.name == name || $0.name.hasSuffix("/" + name) }) {
                throw Problem(.invalid, "plugins show: \(broken)")
            }
            let hint = Spelling.hint(for: name, among: catalog.plugins.map(\.manifest.name))
            throw Problem(.notFound, "plugins show: there is no plugin \"\(name)\"\(hint)")
        }
        context.terminal.print(
            context.wantsJSON
                ? JSON.array(plugins.map(json)).prettyText
                : plugins.map { text($0, context.terminal) }.joined(separator: "\n\n"))
        return ExitCode.ok
    }

    private static func check(_ context: Context, _ path: String) async throws(Problem) -> Int32 {
        let absolute = absolute(path)
        let manifest = try await PluginCatalog.check(file: absolute)
        let name = "\(manifest.kind.rawValue)/\(manifest.name)"
        let isInPlace = absolute.split(separator: "/").dropLast().last.map(String.init) == manifest.kind.rawValue
        if context.wantsJSON {
            let answer: JSON = [
                "name": .string(name), "summary": .string(manifest.summary), "in_place": .bool(isInPlace),
            ]
            context.terminal.print(answer.prettyText)
        } else {
            context.terminal.print("\(path): good, \(name): \(Table.harmless(manifest.summary))")
            if !isInPlace { context.terminal.print("warning: it is found and used as plugins/\(name).lua only") }
        }
        return ExitCode.ok
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        return "\(String(cString: directory))/\(path)"
    }
}

// MARK: - Showing

extension PluginsCommand {
    private static func text(_ plugin: Plugin, _ terminal: Terminal) -> String {
        let manifest = plugin.manifest
        var lines = ["\(plugin.name): \(Table.harmless(manifest.summary))", "origin: \(plugin.origin)"]
        if !plugin.replaced.isEmpty {
            lines.append("replaces: \(plugin.replaced.map(\.description).joined(separator: ", "))")
        }
        if !manifest.needs.isEmpty { lines.append("needs: \(needs(manifest).joined(separator: ", "))") }
        guard !manifest.options.isEmpty else { return lines.joined(separator: "\n") }
        var table = Table("OPTION", "TYPE", "DEFAULT", "WHAT IT IS")
        for option in manifest.options {
            let fallback = option.json["default"].flatMap { $0.isNull ? nil : $0.string ?? $0.text }
            table.add(
                Table.Cell(option.name), Table.Cell(type(option)),
                Table.Cell(option.isRequired ? "required" : fallback),
                Table.Cell(option.description + (option.isSecret ? " (secret)" : "")))
        }
        return (lines + ["", table.text(terminal)]).joined(separator: "\n")
    }

    private static func type(_ option: PluginOption) -> String {
        let choices = (option.json["enum"]?.array ?? []).map { $0.string ?? $0.text }
        return choices.isEmpty ? option.kind.rawValue : choices.joined(separator: "|")
    }

    private static func needs(_ manifest: PluginManifest) -> [String] { manifest.needs.map(\.rawValue).sorted() }

    private static func json(_ plugin: Plugin) -> JSON {
        let manifest = plugin.manifest
        return [
            "kind": .string(manifest.kind.rawValue), "name": .string(manifest.name),
            "summary": .string(manifest.summary), "origin": .string("\(plugin.origin)"),
            "replaces": .array(plugin.replaced.map { .string("\($0)") }),
            "needs": .array(needs(manifest).map(JSON.string)), "options": .array(manifest.options.map(\.json)),
        ]
    }
}
