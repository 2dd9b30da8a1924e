package import Lifecycle
package import Model
import Synchronization

/// A machine with an engine that runs containers, as far as a deploy can tell.
package final class SimulatedWorld: Sendable {
    package struct Container: Hashable, Sendable {
        package var name: String
        package let release: Release
        package var isRunning = false
        package var looks = 0
    }

    package enum Operation: String, Hashable, Sendable, CaseIterable {
        case resolve, pull, create, stop, rename, start, remove, look
    }

    private struct State {
        var containers: [Container] = []
        var offered: Release?
        var tags: [String: Release] = [:]
        var sights: [String: [Look]] = [:]
        var failures: [(operation: Operation, release: Release?, problem: Problem, times: Int)] = []
        var log: [String] = []
    }

    private let state = Mutex(State())

    package init(running: Release? = nil, named name: String = "web") {
        if let running {
            state.withLock { $0.containers.append(Container(name: name, release: running, isRunning: true)) }
        }
    }

    /// What the registry offers to whoever follows.
    package func offer(_ release: Release?) { state.withLock { $0.offered = release } }

    package func offer(_ release: Release, as tag: String) { state.withLock { $0.tags[tag] = release } }

    /// How a release looks once it runs: one look after the other, the last for ever. Healthy if nothing is said.
    package func show(_ release: Release, _ looks: [Look]) {
        state.withLock { $0.sights[release.identity] = looks }
    }

    /// Makes an operation fail that many times; only on one release if one is given.
    package func fail(_ operation: Operation, of release: Release? = nil, _ problem: Problem, times: Int = .max) {
        state.withLock { $0.failures.append((operation, release, problem, times)) }
    }

    package var containers: [Container] { state.withLock { $0.containers } }
    package var running: [Release] { containers.filter(\.isRunning).map(\.release) }
    /// Every change, in order.
    package var log: [String] { state.withLock { $0.log } }

    func container(_ name: String) -> Container? { containers.first { $0.name == name } }

    func resolve(_ wish: Wish, _ power: PowerSupply) throws(Problem) -> Release? {
        try power.check()
        try failIfTold(.resolve, nil)
        return state.withLock { state in
            switch wish.target {
            case .follow: state.offered
            case .tag(let name), .image(let name): state.tags[name]
            case .previous: nil
            }
        }
    }

    func look(at name: String, _ power: PowerSupply) throws(Problem) -> (Container, Look)? {
        try power.check()
        try failIfTold(.look, container(name)?.release)
        return state.withLock { state in
            guard let place = state.containers.firstIndex(where: { $0.name == name }) else { return nil }
            let container = state.containers[place]
            guard container.isRunning else { return (container, Look(running: .exited(code: 137))) }
            let sights = state.sights[container.release.identity] ?? [Look(running: .running, health: .healthy)]
            let look = sights[min(container.looks, sights.count - 1)]
            state.containers[place].looks += 1
            return (container, look)
        }
    }

    func pull(_ release: Release, _ power: PowerSupply) throws(Problem) {
        try change(.pull, release, "\(release.identity)", power) { _ in }
    }

    func create(_ name: String, _ release: Release, _ power: PowerSupply) throws(Problem) {
        try change(.create, release, name, power) { state in
            state.containers.append(Container(name: name, release: release))
        }
    }

    func rename(_ name: String, to new: String, _ power: PowerSupply) throws(Problem) {
        guard container(new) == nil else { throw Problem(.conflict, "the name \"\(new)\" is taken") }
        try change(.rename, name, "\(name) to \(new)", power) { $0.name = new }
    }

    func stop(_ name: String, _ power: PowerSupply) throws(Problem) {
        try change(.stop, name, name, power) { $0.isRunning = false }
    }

    func start(_ name: String, _ power: PowerSupply) throws(Problem) {
        if let other = containers.first(where: { $0.isRunning && $0.name.hasPrefix(name + "-") }) {
            throw Problem(.conflict, "the port is taken by \"\(other.name)\"")
        }
        try change(.start, name, name, power) {
            $0.isRunning = true
            $0.looks = 0
        }
    }

    func remove(_ name: String, _ power: PowerSupply) throws(Problem) {
        guard container(name)?.isRunning != true else { throw Problem(.conflict, "\"\(name)\" runs") }
        try change(.remove, container(name)?.release, name, power) { state in
            state.containers.removeAll { $0.name == name }
        }
    }

    private func change(
        _ operation: Operation, _ name: String, _ what: String, _ power: PowerSupply,
        _ body: (inout Container) -> Void
    ) throws(Problem) {
        guard let release = container(name)?.release else { throw Problem(.notFound, "there is no \"\(name)\"") }
        try change(operation, release, what, power) { state in
            guard let place = state.containers.firstIndex(where: { $0.name == name }) else { return }
            body(&state.containers[place])
        }
    }

    private func change(
        _ operation: Operation, _ release: Release?, _ what: String, _ power: PowerSupply,
        _ body: (inout State) -> Void
    ) throws(Problem) {
        try failIfTold(operation, release)
        try power.change { () throws(Problem) in
            state.withLock { state in
                body(&state)
                state.log.append("\(operation.rawValue) \(what)")
            }
        }
    }

    private func failIfTold(_ operation: Operation, _ release: Release?) throws(Problem) {
        let problem = state.withLock { state -> Problem? in
            let place = state.failures.firstIndex {
                $0.operation == operation && $0.times > 0 && ($0.release == nil || $0.release == release)
            }
            guard let place else { return nil }
            state.failures[place].times -= 1
            return state.failures[place].problem
        }
        if let problem { throw problem }
    }
}
