import Model

/// One round over the health hooks. They run again and again by nature, so they are not journaled.
struct HealthHooks {
    let hooks: [any Hook]

    /// Nil when there are none. The first that is not content decides; one that fails rolls back.
    func ask(_ deploy: Deploy) async throws(Problem) -> Gate.HookFinding? {
        guard !hooks.isEmpty else { return nil }
        for hook in hooks {
            do throws(Problem) {
                switch try await hook.run(HookEvent(point: .health, deploy: deploy)) {
                case .proceed: continue
                case .notYet(let reason): return .notYet(reason: "\(hook.name): \(reason)")
                case .rollBack(let reason): return .rollBack(reason: "\(hook.name): \(reason)")
                case let other:
                    return .rollBack(
                        reason: "\(hook.name): answered \"\(other.name)\", which is not possible at health")
                }
            } catch {
                if error.code == .interrupted { throw error }
                return .rollBack(reason: "\(hook.name): \(error)")
            }
        }
        return .healthy
    }
}
