import Lifecycle
import Model

/// Stands in for hooks that nobody could look at. It fails at its hook point: a check that could not be made must not
/// pass for one that was.
struct BrokenHook: Hook {
    let name: String
    let problem: Problem

    var isIdempotent: Bool { true }

    func run(_ event: HookEvent) async throws(Problem) -> HookAnswer { throw problem }
}
