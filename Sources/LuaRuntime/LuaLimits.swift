/// What one call into a Lua state may use. Memory is the state's, over all of its calls.
package struct LuaLimits: Hashable, Sendable {
    /// From the call to its return, with what host functions take.
    package var time: Duration
    package var memory: Int
    /// Bytes of what is printed that are kept.
    package var output: Int
    /// While a file is loaded it has nothing to do but to build its table.
    package var loadTime: Duration
    package var loadMemory: Int
    /// Bytes of one file.
    package var source: Int
    /// Bytes of the arguments or results that pass between Lua and the host at once.
    package var values: Int

    package init(
        time: Duration = .seconds(60), memory: Int = 64 << 20, output: Int = 64 << 10,
        loadTime: Duration = .seconds(1), loadMemory: Int = 16 << 20, source: Int = 1 << 20, values: Int = 16 << 20
    ) {
        self.time = time
        self.memory = memory
        self.output = output
        self.loadTime = loadTime
        self.loadMemory = loadMemory
        self.source = source
        self.values = values
    }
}
