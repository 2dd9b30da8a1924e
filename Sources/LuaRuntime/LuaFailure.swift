package import Model

/// Why a file could not be loaded or a call did not return.
package struct LuaFailure: Error, Hashable, Sendable {
    /// Its message begins with the place, `hooks/web.lua:12: `. The code is `invalid` for a file that is not Lua,
    /// `timeout` and `limit` for the bounds, what a host function threw, and `failed` otherwise.
    package let problem: Problem
    package let file: String?
    package let line: Int?
    /// The calls that led there, innermost first, one a line; bounded, and empty when there were none.
    package let traceback: String

    package init(_ problem: Problem, file: String? = nil, line: Int? = nil, traceback: String = "") {
        self.problem = problem
        self.file = file
        self.line = line
        self.traceback = traceback
    }
}
