/// Something that happened and that people may want to be told of.
package struct Event: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case started
        case deployed
        case rolledBack = "rolled-back"
        case failed
        case aborted
        case deferred
        case blocked
        case unblocked
        case unchanged
        case followed
        case paused
        case resumed
        /// A deploy cannot go on for now: the engine does not answer, the disk is full.
        case waiting
        /// The agent was killed in mid-deploy and has taken the deploy up again.
        case recovered
        /// A newer release exists and is not deployed, because the service is held, paused or blocked.
        case available
        case journalRestored = "journal-restored"

        package init(_ outcome: Outcome) {
            self =
                switch outcome {
                case .deployed: .deployed
                case .rolledBack: .rolledBack
                case .failed: .failed
                case .aborted: .aborted
                case .deferred: .deferred
                case .blocked: .blocked
                case .unchanged: .unchanged
                }
        }
    }

    package var at: Timestamp
    package var kind: Kind
    package var service: String?
    package var deploy: DeployID?
    /// One sentence for people.
    package var message: String
    package var from: Release?
    package var to: Release?

    package init(
        at: Timestamp, kind: Kind, service: String? = nil, deploy: DeployID? = nil, message: String,
        from: Release? = nil, to: Release? = nil
    ) {
        self.at = at
        self.kind = kind
        self.service = service
        self.deploy = deploy
        self.message = message
        self.from = from
        self.to = to
    }

    package var json: JSON {
        [
            "at": .string("\(at)"), "event": .string(kind.rawValue), "service": JSON(service),
            "deploy": JSON(deploy?.text), "message": .string(message),
            "from": from?.json ?? .null, "to": to?.json ?? .null,
        ]
    }
}
