package import Model

/// What can be asked of a running agent, whoever asks: the command line through the socket, later the API.
package protocol AgentControl: Sendable {
    func services() async throws(Problem) -> [ServiceReport]
    func service(_ name: String) async throws(Problem) -> ServiceReport
    func plan(_ name: String, _ wish: Wish) async throws(Problem) -> PlanReport
    func deploy(_ name: String, _ wish: Wish, by trigger: Trigger) async throws(Problem) -> Coordinator.Accepted
    /// Waits for the end; nil if the agent is stopped before it.
    func outcome(of id: DeployID) async throws(Problem) -> DeployReport?
    func history(service: String?, limit: Int) async throws(Problem) -> [DeployReport]
    func show(_ id: String) async throws(Problem) -> DeployReport
    /// The kept output of a deploy.
    func log(of id: DeployID) async throws(Problem) -> [UInt8]
    /// What happens from now on, after a replay of what happened already; ends with the deploy.
    func follow(_ id: DeployID) async throws(Problem) -> AsyncStream<DeployProgress>
    /// Those that were cut off and have no settings to go on with.
    func stranded() async throws(Problem) -> [DeployReport]
    func blocks(service: String?) async throws(Problem) -> [Block]
    func unblock(_ name: String, identity: String?) async throws(Problem) -> [Block]
    func pause(_ name: String?, reason: String, by: String?) async throws(Problem)
    func resume(_ name: String?, by: String?) async throws(Problem)
    /// Lets go of the images of old releases of these services, or of all.
    func prune(_ services: [String]?, dryRun: Bool) async throws(Problem) -> PruneReport
    /// Reads the settings anew. Throws, and changes nothing, when they are bad. Answers the warnings.
    func reload() async throws(Problem) -> [String]
}

/// What a deploy would do, without doing any of it.
package struct PlanReport: Hashable, Sendable {
    package var service: String
    package var from: Release?
    package var to: Release?
    /// What would come of it: `deploy`, `unchanged`, `blocked`, or why it cannot be said.
    package var decision: String
    package var reason: String?
    package var hooks: [(point: HookPoint, names: [String])]
    package var gate: String
    /// Where one of several tags was to be chosen.
    package var tags: TagChoice?
    /// When `to` was pushed, or else made, as far as anybody knows.
    package var published: Timestamp?
    /// What would be written to files.
    package var changes: [String] = []
    /// What looking for new releases has come to, where somebody does.
    package var poll: PollState?

    package init(
        service: String, from: Release?, to: Release?, decision: String, reason: String?,
        hooks: [(point: HookPoint, names: [String])], gate: String, tags: TagChoice? = nil
    ) {
        self.service = service
        self.from = from
        self.to = to
        self.decision = decision
        self.reason = reason
        self.hooks = hooks
        self.gate = gate
        self.tags = tags
    }

    package var json: JSON {
        [
            "service": .string(service), "from": from?.json ?? .null, "to": to?.json ?? .null,
            "decision": .string(decision), "reason": JSON(reason), "gate": .string(gate),
            "tags": tags?.json ?? .null, "published": JSON(published.map { "\($0)" }), "poll": poll?.json ?? .null,
            "changes": .array(changes.map(JSON.string)),
            "hooks": .array(
                hooks.map { ["point": .string($0.point.rawValue), "names": .array($0.names.map(JSON.string))] }),
        ]
    }

    package static func == (left: PlanReport, right: PlanReport) -> Bool { left.json == right.json }

    package func hash(into hasher: inout Hasher) { hasher.combine(json) }
}
