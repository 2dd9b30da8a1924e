import Synchronization

/// Keeps who asks waiting until the agent has taken up what was cut off: its socket is made before that, so that
/// an agent that cannot have one has not touched any deploy.
final class Doorkeeper: Sendable {
    private enum Door {
        case closed([CheckedContinuation<Bool, Never>])
        case open(Bool)
    }

    private let door = Mutex(Door.closed([]))

    /// False when the agent could not start.
    func isAdmitted() async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = door.withLock { door in
                switch door {
                case .open(let answer): return answer
                case .closed(let waiting):
                    door = .closed(waiting + [continuation])
                    return nil
                }
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Only the first call counts.
    func open(_ answer: Bool = true) {
        let waiting = door.withLock { door -> [CheckedContinuation<Bool, Never>] in
            guard case .closed(let waiting) = door else { return [] }
            door = .open(answer)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }
}
