import Lifecycle

extension Look {
    /// What several containers together are: as bad as the worst of them.
    static func merging(_ looks: [Look]) -> Look {
        guard var merged = looks.first else { return Look(running: .missing) }
        merged.running = looks.map(\.running).max { $0.badness < $1.badness } ?? .missing
        merged.restarts = looks.map(\.restarts).reduce(0, +)
        merged.startedAt = looks.map { $0.startedAt ?? "" }.joined(separator: " ")
        merged.health = looks.map(\.health).max { $0.badness < $1.badness } ?? .none
        merged.ownGrace = looks.compactMap(\.ownGrace).max()
        return merged
    }
}

extension Look.Running {
    fileprivate var badness: Int {
        switch self {
        case .notAProcess: 0
        case .exited(code: 0): 1
        case .running: 2
        case .restarting, .coming: 3
        case .exited: 4
        case .missing: 5
        case .wrong: 6
        }
    }
}

extension Look.Health {
    fileprivate var badness: Int {
        switch self {
        case .none: 0
        case .healthy: 1
        case .starting: 2
        case .unhealthy: 3
        }
    }
}
