import Hooks
import Model

enum PluginsCommand: Subcommand {
    static let name = "plugins"
    static let summary = "the plugins and their options; plugins check FILE tries one of your own"
    static let grammar = Arguments.Grammar(operands: ["list|show|check", "NAME|FILE"], optional: 2)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        throw Problem(.unsupported, "plugins: not wired yet")
    }
}
