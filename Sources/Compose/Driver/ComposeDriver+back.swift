import Files
package import Lifecycle
package import Model
import Processes

/// The way back: the exact bytes, and the containers as they were. Those are not left to compose, which would make them of
/// what the files say, be that what ran or not; with the labels that they had, compose takes them for its own.
extension ComposeDriver {
    private typealias Step = ComposeMove.Step

    package func undo(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Undone {
        guard let move = try ComposeMove.recorded(steps, deploy.id) else {
            try await discardDrafts(deploy.id, steps)
            return .restored
        }
        var complaints: [String] = []
        try await steps.begin(Step.unpin)
        for name in move.names {
            try await ComposeDriver.noting(&complaints) { () throws(Problem) in try await giveBack(name, move) }
        }
        for replacement in move.replacements {
            try await ComposeDriver.noting(&complaints) { () throws(Problem) in
                try await ComposeDriver.takeBack(replacement, deploy.id)
            }
        }
        try await steps.end(Step.unpin)
        watch.began(deploy.id, silences: host.silences)
        if steps.intent(Step.up) != nil { try await restore(move, steps, &complaints) }
        return complaints.isEmpty ? .restored : .notRestored(reason: complaints.joined(separator: "; "))
    }

    /// Whatever does not work on the way back keeps nothing else from working.
    private static func noting(
        _ complaints: inout [String], _ work: () async throws(Problem) -> Void
    ) async throws(Problem) {
        do throws(Problem) {
            try await work()
        } catch {
            guard error.code != .unreachable, error.code != .interrupted else { throw error }
            complaints.append("\(error)")
        }
    }

    private func giveBack(_ name: ComposeMove.Name, _ move: ComposeMove) async throws(Problem) {
        let reference = try ImageReference(name.reference)
        // Somebody may have given it to another image meanwhile.
        guard try await host.imageID(of: reference) == move.imageID else { return }
        if let old = name.old {
            try await host.name(old, reference)
        } else {
            try await host.removeName(reference)
        }
    }

    /// The exact bytes that were there. A file that somebody has changed meanwhile stays as it is.
    private static func takeBack(_ replacement: FileReplacement, _ deploy: DeployID) async throws(Problem) {
        try await OwnThread.run(throwing: { () throws(Problem) in
            let back = replacement.reversed(mark: deploy.text)
            // First what a kill in the middle of this has left, then what one in the middle of the way forward has.
            try back.tidy()
            try replacement.tidy()
            do throws(Problem) {
                try back.replace()
            } catch {
                guard error.code == .conflict else { throw error }
                throw Problem(.conflict, "\(error.message), and may name the release that failed")
            }
        })
    }

    /// Before anything was written down, only drafts can be there.
    private func discardDrafts(_ deploy: DeployID, _ steps: DeploySteps) async throws(Problem) {
        let paths = SeenFiles(steps.intent(Step.seen)?["files"])?.paths ?? []
        try await OwnThread.run(throwing: { () throws(Problem) in
            for path in paths { FileReplacement.discardDraft(of: FileWriting.resolved(path), mark: deploy.text) }
        })
    }

    // MARK: - Containers

    private func restore(
        _ move: ComposeMove, _ steps: DeploySteps, _ complaints: inout [String]
    ) async throws(Problem) {
        let all = move.parts + move.dependents
        let services = all.map(\.service)
        try await steps.begin(Step.restore)
        let known = Set(all.flatMap(\.snapshots).compactMap { $0["id"]?.string })
        for container in try await containers(of: move.project, services) where !known.contains(container.id) {
            try await ComposeDriver.noting(&complaints) { () throws(Problem) in
                for line in try await host.lastLines(of: container) { steps.log("\(container.name): \(line)") }
                try await host.remove(container)
            }
        }
        var ids: [String: String] = [:]
        for part in all {
            for snapshot in part.snapshots {
                try await ComposeDriver.noting(&complaints) { () throws(Problem) in
                    let id = try await host.restore(snapshot, hosts: ids)
                    if let old = snapshot["id"]?.string { ids[old] = id }
                }
            }
        }
        try await steps.end(Step.restore)
    }
}
