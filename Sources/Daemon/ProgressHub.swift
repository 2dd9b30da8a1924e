package import Lifecycle
package import Model
import Synchronization

/// Hands what a deploy reports to whoever watches it, and to its log. Someone who comes late gets what
/// was missed first, shortly after the end too; someone who reads slowly loses the oldest, and holds up nobody.
package final class ProgressHub: Sendable {
    private static let backlogLimit = 500
    /// More than any image has.
    private static let layerLimit = 256
    static let bufferLimit = 2_000
    /// How many reports of deploys that have ended are kept. A deploy may end before whoever asked for it watches.
    private static let endedLimit = 1_000

    private struct Deploy {
        /// Its first phase has begun. Whatever is printed before or after a deploy begins none: hooks tell people of
        /// its end, and nothing would take such a deploy out again.
        var isUnderWay = false
        var backlog: [DeployProgress] = []
        /// The newest of each layer of a pull that is under way, in their order, for someone who comes late.
        var layers: [LayerProgress] = []
        var watchers: [Int: AsyncStream<DeployProgress>.Continuation] = [:]
        var stall: String?

        /// Nobody waits for it, and nobody will be told of it.
        var isMoot: Bool { !isUnderWay && watchers.isEmpty }

        mutating func note(_ progress: DeployProgress) {
            switch progress {
            case .waiting(let reason): stall = reason
            case .goesOn: stall = nil
            // Hundreds of them, of which the last of each layer matters.
            case .layer(let layer): return note(layer)
            case .phase, .phaseEnded: layers = []
            case .line where !isUnderWay, .warning where !isUnderWay: return
            case .line, .warning, .finished: break
            }
            isUnderWay = true
            backlog.append(progress)
            if backlog.count > ProgressHub.backlogLimit { backlog.removeFirst() }
        }

        private mutating func note(_ layer: LayerProgress) {
            if let index = layers.firstIndex(where: { $0.layer == layer.layer }) {
                layers[index] = layer
            } else if layers.count < ProgressHub.layerLimit {
                layers.append(layer)
            }
        }
    }

    private struct State {
        var deploys: [DeployID: Deploy] = [:]
        /// Oldest first.
        var ended: [(id: DeployID, story: [DeployProgress])] = []
        var nextWatcher = 0

        func story(of id: DeployID) -> [DeployProgress]? { ended.first { $0.id == id }?.story }

        mutating func end(_ id: DeployID, _ deploy: Deploy) {
            deploys[id] = nil
            ended.append((id, deploy.backlog))
            while ended.count > 1, ended.reduce(0, { $0 + $1.story.count }) > ProgressHub.endedLimit {
                ended.removeFirst()
            }
        }
    }

    private let state = Mutex(State())
    private let logs: DeployLogs
    private let log: Log

    package init(logs: DeployLogs, log: Log) {
        self.logs = logs
        self.log = log
    }

    package func report(_ id: DeployID, _ progress: DeployProgress) {
        note(progress, for: id)
        let isOver = if case .finished = progress { true } else { false }
        let watchers = state.withLock { state in
            var deploy = state.deploys[id] ?? Deploy()
            deploy.note(progress)
            state.deploys[id] = deploy.isMoot ? nil : deploy
            if isOver { state.end(id, deploy) }
            // In the lock, so that everyone sees one order; it calls nobody.
            for watcher in deploy.watchers.values { watcher.yield(progress) }
            return isOver ? Array(deploy.watchers.values) : []
        }
        // Out of it: the end of a stream calls `forget`.
        for watcher in watchers { watcher.finish() }
    }

    /// Why a deploy that runs cannot go on for now; nil when it can.
    package func stall(of id: DeployID) -> String? { state.withLock { $0.deploys[id]?.stall } }

    /// Whether it can tell all that there is to tell of a deploy that has begun: not of one in an earlier life of the
    /// agent, and not of one that ended long ago.
    func knows(_ id: DeployID) -> Bool {
        state.withLock { $0.deploys[id]?.isUnderWay == true || $0.story(of: id) != nil }
    }

    /// Ends with the deploy. For one that has not begun yet it waits.
    package func watch(_ id: DeployID) -> AsyncStream<DeployProgress> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: DeployProgress.self, bufferingPolicy: .bufferingNewest(ProgressHub.bufferLimit))
        let number: Int? = state.withLock { state in
            if let story = state.story(of: id) {
                for progress in story { continuation.yield(progress) }
                return nil
            }
            state.nextWatcher += 1
            let number = state.nextWatcher
            var deploy = state.deploys[id] ?? Deploy()
            for progress in deploy.backlog { continuation.yield(progress) }
            for layer in deploy.layers { continuation.yield(.layer(layer)) }
            deploy.watchers[number] = continuation
            state.deploys[id] = deploy
            return number
        }
        if let number {
            continuation.onTermination = { [weak self] _ in self?.forget(number, of: id) }
        } else {
            continuation.finish()
        }
        return stream
    }

    private func forget(_ number: Int, of id: DeployID) {
        state.withLock { state in
            state.deploys[id]?.watchers[number] = nil
            if state.deploys[id]?.isMoot == true { state.deploys[id] = nil }
        }
    }

    /// The agent is being stopped.
    package func finishAll() {
        let left = state.withLock { state in
            let left = state.deploys.values.flatMap(\.watchers.values)
            state.deploys = [:]
            return left
        }
        for watcher in left { watcher.finish() }
    }

    private func note(_ progress: DeployProgress, for id: DeployID) {
        switch progress {
        case .phase(let phase): log.debug("phase \(phase.rawValue)", deploy: id)
        case .phaseEnded(let phase, let result, let took):
            logs.append("= \(phase.rawValue): \(result) after \(took.shortText)", to: id)
        case .line(let line): logs.append(line, to: id)
        case .warning(let text):
            logs.append("= warning: \(text)", to: id)
            log.warning(text, deploy: id)
        case .waiting(let reason):
            logs.append("= waiting: \(reason)", to: id)
            log.warning("waiting: \(reason)", deploy: id)
        case .goesOn:
            logs.append("= goes on", to: id)
            log.info("goes on", deploy: id)
        case .layer: break
        case .finished(let outcome, let reason):
            logs.append("= \(outcome.rawValue)\(reason.map { ": \($0)" } ?? "")", to: id)
        }
    }
}
