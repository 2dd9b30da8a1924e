/// Work of this program's own that must not outlive it.
enum Interruption {
    /// On Ctrl-C what the work has started is ended, and then the program.
    static func ending<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        let task = Task { await work() }
        let departure = Departure {
            task.cancel()
            _ = await task.value
        }
        let value = await task.value
        // The signal has cut it short: what there is of a value is not shown.
        await departure.isOver()
        return value
    }
}
