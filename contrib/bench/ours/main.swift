import Glibc
import Model

// One measurement in one process: `bench NAME COUNT ARGUMENT...` does a thing COUNT times and prints how many
// microseconds each took. The program in contrib/bench/baseline takes the same words.

signal(SIGPIPE, SIG_IGN)

do throws(Problem) {
    let words = try Words(CommandLine.arguments.dropFirst())
    print(try await measure(words))
} catch {
    let text = "bench: \(error)\n"
    write(2, text, text.utf8.count)
    exit(1)
}

func measure(_ words: Words) async throws(Problem) -> Double {
    switch words.name {
    case "processes": try await ProcessBench.processes(words.count, atOnce: try words.number(0))
    case "lua-first": try await HookBench(home: try words.text(0)).first(words.count)
    case "lua-again", "executable": try await HookBench(home: try words.text(0)).again(words.count)
    case "journal": try await JournalBench.commits(words.count, writers: try words.number(0), in: try words.text(1))
    case "http": try await HTTPBench.requests(for: words.count, connections: try words.number(0))
    case "tags": try await TagBench(try words.text(0)).choices(words.count, among: try words.number(1))
    case "deploys": try await AgentBench.deploys(words.count, home: try words.text(0))
    default: throw Problem(.usage, "there is no measurement \"\(words.name)\"")
    }
}
