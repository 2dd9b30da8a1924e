package import Model

// After a stop or a kill.
extension Coordinator {
    /// Reads the journal and takes up every unfinished deploy. Call once, before anything else.
    package func start() async throws(Problem) {
        for state in try await tools.journal.services() { remember(state) }
        queue.isPaused = try await tools.journal.pause() != nil
        let unfinished = try await tools.journal.unfinished()
        for record in try await tools.journal.waiting() { queue.restore(waiting: record) }
        for record in unfinished { queue.restore(running: record) }
        for record in unfinished { try await takeUp(record) }
        pump()
    }

    private func takeUp(_ record: DeployRecord) async throws(Problem) {
        guard let (service, driver) = means(for: record) else {
            stranded.append(record)
            let message =
                "deploy \(record.id) was cut off and \(record.service) is no longer in the settings as a "
                + "\(record.driver.rawValue) service: put it back and reload, so that the deploy can be finished "
                + "or undone"
            try await tools.journal.add([
                Event(
                    at: tools.clock.now(), kind: .waiting, service: record.service, deploy: record.id, message: message)
            ])
            return
        }
        launch(record, service, driver, recorded: try await tools.journal.entries(of: record.id))
    }

    func takeUpStranded() async throws(Problem) {
        for record in stranded {
            guard let (service, driver) = means(for: record) else { continue }
            stranded.removeAll { $0.id == record.id }
            launch(record, service, driver, recorded: try await tools.journal.entries(of: record.id))
        }
    }

    /// Also for a service that is disabled by now: what was begun has to be ended.
    private func means(for record: DeployRecord) -> (Service, any ServiceDriver)? {
        guard let service = services[record.service], service.kind.driver == record.driver,
            let driver = tools.drivers[record.driver]
        else { return nil }
        return (service, driver)
    }
}
