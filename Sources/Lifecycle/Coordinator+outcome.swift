package import Model

extension Coordinator {
    /// Waits until the deploy has ended; nil if the agent is stopped before that, or the caller's task is
    /// cancelled.
    package func outcome(of id: DeployID) async throws(Problem) -> DeployRecord? {
        guard let record = try await tools.journal.deploy(id.text) else { throw Problem.unknownDeploy(id.text) }
        if record.outcome != nil { return record }
        guard !isStopping, isUnderWay(record) else {
            // It ended while the journal was read.
            let ended = try await tools.journal.deploy(record.id.text)
            return ended?.outcome == nil ? nil : ended
        }
        let number = watchers.nextNumber()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                watchers.add(continuation, number: number, for: record.id)
                if Task.isCancelled { watchers.giveUp(number, for: record.id) }
            }
        } onCancel: {
            Task { await giveUp(number, for: record.id) }
        }
    }

    private func giveUp(_ number: Int, for id: DeployID) { watchers.giveUp(number, for: id) }

    private func isUnderWay(_ record: DeployRecord) -> Bool {
        queue.runningID(of: record.service) == record.id || queue.waitingRecord(of: record.service)?.id == record.id
    }
}
