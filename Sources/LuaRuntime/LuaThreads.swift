import CShims
import Glibc
import Model
import Synchronization

/// Threads for what runs in Lua states, which may take minutes and block: Swift's few must not. They are started
/// when they are needed and end when they were idle for a while.
package final class LuaThreads: Sendable {
    private typealias Job = @Sendable () -> Void

    private struct State {
        var jobs: [Job] = []
        var threads = 0
        var idle = 0
    }

    private let maximum: Int
    private let capacity: Int
    private let idleTime: Duration
    private let state = Mutex(State())
    private let alarm = Alarm()

    /// Lua nests up to 200 of its own C calls, some with buffers of a kibibyte or two; where it does not count them,
    /// the shim stops at half of this. Only what is used takes memory.
    private static let stack = 2 << 20

    /// Beyond the maximum, what is to run waits for its turn; beyond the capacity it is refused.
    package init(maximum: Int = 64, capacity: Int = 1024, idleTime: Duration = .seconds(5)) {
        self.maximum = maximum
        self.capacity = capacity
        self.idleTime = idleTime
    }

    /// Runs the body on a thread of its own, from beginning to end. Cancelling the task interrupts the state.
    package func run<Value: Sendable>(
        _ luaState: LuaState, _ body: @escaping @Sendable (LuaState) throws(LuaFailure) -> Value
    ) async throws(LuaFailure) -> Value {
        let result: Result<Value, LuaFailure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let problem = submit {
                    do throws(LuaFailure) {
                        continuation.resume(returning: .success(try body(luaState)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
                if let problem { continuation.resume(returning: .failure(LuaFailure(problem))) }
            }
        } onCancel: {
            luaState.interrupt(Problem(.interrupted, "was cancelled"))
        }
        return try result.get()
    }

    private func submit(_ job: @escaping Job) -> Problem? {
        let problem = state.withLock { state -> Problem? in
            guard state.jobs.count < capacity else {
                return Problem(.limit, "\(capacity) Lua functions wait for a thread already")
            }
            if state.jobs.count >= state.idle, state.threads < maximum {
                let code = startThread()
                if code == 0 {
                    state.threads += 1
                } else if state.threads == 0 {
                    return Problem(.limit, "no thread could be started for Lua (error \(code))")
                }
            }
            state.jobs.append(job)
            return nil
        }
        if problem == nil { alarm.ring() }
        return problem
    }

    private func startThread() -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, LuaThreads.stack)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let threads = Unmanaged.passRetained(self)
        var identifier = pthread_t()
        let code = pthread_create(
            &identifier, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<LuaThreads>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, threads.toOpaque())
        if code != 0 { threads.release() }
        return code
    }

    private func work() {
        blockSignals()
        var isLate = false
        while true {
            let (job, ends) = state.withLock { state -> (Job?, Bool) in
                if !state.jobs.isEmpty { return (state.jobs.removeFirst(), false) }
                if isLate { state.threads -= 1 } else { state.idle += 1 }
                return (nil, isLate)
            }
            if ends { return }
            if let job {
                job()
                isLate = false
                continue
            }
            let isRung = alarm.wait(atMost: idleTime)
            state.withLock { $0.idle -= 1 }
            isLate = !isRung
        }
    }

    /// Signals are for the main thread; here they would only interrupt a wait.
    private func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
