import CMicroHTTPD
import Synchronization

/// The body of an answer that grows while it is sent: server-sent events, live logs.
///
/// One producer writes; what the client has not yet taken is bounded. A stream serves one answer. When the client
/// goes, its bytes do too: `send` answers false, and `onGone` is called, so that a producer that waits for something
/// to send learns it as well. A client that closes its sending side counts as gone.
package final class ByteStream: Sendable {
    private struct State {
        var buffered: [UInt8] = []
        var taken = 0
        var isFinished = false
        var isGone = false
        var isAttached = false
        var suspended: Suspension?
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
        var onGone: [@Sendable () -> Void] = []

        var count: Int { buffered.count - taken }
        var isOver: Bool { isFinished || isGone }

        func hasRoom(for count: Int, _ capacity: Int) -> Bool {
            self.count == 0 || self.count + count <= capacity
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    package init(capacity: Int = 256 << 10) {
        self.capacity = capacity
    }

    // MARK: for the producer

    /// Waits while the client is behind. False when the stream is over or the task was cancelled: stop producing.
    package func send(_ bytes: [UInt8]) async -> Bool {
        while true {
            if let isSent = attempt(bytes) { return isSent }
            if Task.isCancelled { return false }
            await roomOrEnd()
        }
    }

    /// Without waiting: false when the client is behind or gone, and nothing of it was taken.
    package func offer(_ bytes: [UInt8]) -> Bool { attempt(bytes) ?? false }

    /// The client gets what was sent so far and a proper end.
    package func finish() { end { $0.isFinished = true } }

    package var isOver: Bool { state.withLock { $0.isOver } }

    /// Called once, on any thread, when the client is gone or the answer is through; at once if it is already.
    package func onGone(_ handler: @escaping @Sendable () -> Void) {
        let isGone = state.withLock { state in
            if !state.isGone { state.onGone.append(handler) }
            return state.isGone
        }
        if isGone { handler() }
    }

    /// nil: no room now.
    private func attempt(_ bytes: [UInt8]) -> Bool? {
        let (isSent, suspended) = state.withLock { state -> (Bool?, Suspension?) in
            guard !state.isOver else { return (false, nil) }
            guard state.hasRoom(for: bytes.count, capacity) else { return (nil, nil) }
            state.buffered.append(contentsOf: bytes)
            return (true, state.count > 0 ? state.suspended.take() : nil)
        }
        suspended?.resume()
        return isSent
    }

    private func roomOrEnd() async {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard !state.isOver, state.count > 0, !Task.isCancelled else { return false }
                    state.waiting[id] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }

    // MARK: for the server

    /// False when the stream serves another answer already.
    func attach() -> Bool {
        state.withLock { state in
            defer { state.isAttached = true }
            return !state.isAttached
        }
    }

    /// Called when the answer is over, whichever way. Safe to call again.
    func abandon() {
        let handlers = end { state in
            state.isGone = true
            state.buffered = []
            state.taken = 0
            defer { state.onGone = [] }
            return state.onGone
        }
        for handler in handlers { handler() }
    }

    /// On the server's thread: fills the buffer, or suspends the connection until there is something to fill it with.
    func read(into buffer: UnsafeMutableRawBufferPointer, suspend: () -> Suspension?) -> Int {
        let (count, waiting) = state.withLock { state -> (Int, [CheckedContinuation<Void, Never>]) in
            if state.isGone { return (Self.brokenOff, []) }
            let count = min(state.count, buffer.count)
            if count > 0 {
                let end = state.taken + count
                state.buffered[state.taken..<end].withUnsafeBytes { buffer.copyMemory(from: $0) }
                state.taken = end
                if state.count == 0 {
                    state.buffered.removeAll(keepingCapacity: end <= 64 << 10)
                    state.taken = 0
                } else if state.taken > capacity {
                    state.buffered.removeSubrange(..<state.taken)
                    state.taken = 0
                }
                defer { state.waiting = [:] }
                return (count, Array(state.waiting.values))
            }
            if state.isFinished { return (Self.atEnd, []) }
            // Under the lock: a producer that comes now finds the suspension and ends it.
            guard let suspension = suspend() else { return (Self.atEnd, []) }
            state.suspended = suspension
            return (0, [])
        }
        for continuation in waiting { continuation.resume() }
        return count
    }

    private static let atEnd = -1
    private static let brokenOff = -2

    private func end<Result>(_ change: (inout State) -> Result) -> Result {
        let (result, suspended, waiting) = state.withLock { state in
            let result = change(&state)
            defer { state.waiting = [:] }
            return (result, state.suspended.take(), Array(state.waiting.values))
        }
        suspended?.resume()
        for continuation in waiting { continuation.resume() }
        return result
    }
}
