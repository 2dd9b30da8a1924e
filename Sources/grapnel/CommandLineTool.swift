import Glibc
import Model

/// Finds the subcommand, reads its arguments, runs it, and says what went wrong.
struct CommandLineTool {
    let environment: [String: String]

    func run(_ words: [String]) async -> Int32 {
        let terminal = Terminal(environment: environment)
        do throws(Problem) {
            return try await run(words, terminal)
        } catch {
            // Several mistakes are several lines.
            let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: false)
            terminal.printError("grapnel: " + lines.map { Table.harmless(String($0)) }.joined(separator: "\n"))
            return ExitCode.of(error)
        }
    }

    private func run(_ words: [String], _ terminal: Terminal) async throws(Problem) -> Int32 {
        // `grapnel --home DIR status` and `grapnel status --home DIR` are the same.
        var words = words
        let globals = leadingGlobals(&words)
        guard let name = words.first, !["help", "--help", "-h"].contains(name) else {
            if words.count > 1, let command = Subcommands.find(words[1]) {
                terminal.print(Subcommands.help(command), terminator: "")
            } else {
                terminal.print(Subcommands.help, terminator: "")
            }
            return words.isEmpty ? ExitCode.usage : ExitCode.ok
        }
        guard let command = Subcommands.find(name == "--version" ? "version" : name) else {
            throw Problem(.usage, "there is no command \"\(name)\"; grapnel --help lists them")
        }
        let arguments = try Arguments(globals + words.dropFirst(), command.grammar, command: command.name)
        if arguments.has("--help") {
            terminal.print(Subcommands.help(command), terminator: "")
            return ExitCode.ok
        }
        let directory = arguments["--home"] ?? environment["GRAPNEL_HOME"]
        let home = try directory.map { text throws(Problem) in Home(under: try Self.absolute(text)) } ?? .system
        return try await command.run(
            Context(arguments: arguments, home: home, environment: environment, terminal: terminal))
    }

    private func leadingGlobals(_ words: inout [String]) -> [String] {
        var globals: [String] = []
        while let word = words.first, word == "--json" || word.hasPrefix("--home") {
            globals.append(words.removeFirst())
            if word == "--home", !words.isEmpty { globals.append(words.removeFirst()) }
        }
        return globals
    }

    private static func absolute(_ path: String) throws(Problem) -> String {
        guard !path.isEmpty else { throw Problem(.usage, "--home: expected a directory") }
        if path.hasPrefix("/") { return path }
        guard let here = getcwd(nil, 0) else { throw Problem(.failed, "the working directory is gone") }
        defer { free(here) }
        return path == "." ? String(cString: here) : "\(String(cString: here))/\(path)"
    }
}
