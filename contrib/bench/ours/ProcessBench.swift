import Model
import Processes

enum ProcessBench {
    /// `/bin/true`, so many of them at once.
    static func processes(_ count: Int, atOnce: Int) async throws(Problem) -> Double {
        try await run(1)
        let share = count / atOnce
        let watch = Stopwatch()
        let results = await withTaskGroup(of: Result<Void, Problem>.self) { group in
            for _ in 0..<atOnce {
                group.addTask {
                    do throws(Problem) { return .success(try await run(share)) } catch { return .failure(error) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let each = watch.microseconds(each: share * atOnce)
        for result in results { try result.get() }
        return each
    }

    private static func run(_ count: Int) async throws(Problem) {
        for _ in 0..<count {
            let result = try await Process.run(ProcessSpec(["/bin/true"]))
            guard result.succeeded else { throw Problem(.failed, "/bin/true: \(result.ending)") }
        }
    }
}
