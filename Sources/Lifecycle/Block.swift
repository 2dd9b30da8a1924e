package import Model

/// A release that failed on a service. Nothing automatic deploys it again, until someone unblocks it, a
/// different release was deployed, or the block expires.
package struct Block: Hashable, Sendable {
    package let service: String
    package let release: Release
    package let reason: String
    package let since: Timestamp
    package let expires: Timestamp?
    package let deploy: DeployID

    package init(
        service: String, release: Release, reason: String, since: Timestamp, expires: Timestamp?, deploy: DeployID
    ) {
        self.service = service
        self.release = release
        self.reason = reason
        self.since = since
        self.expires = expires
        self.deploy = deploy
    }

    package func isInForce(at moment: Timestamp) -> Bool {
        guard let expires else { return true }
        return moment < expires
    }
}

extension Block {
    /// As `blocked` shows it.
    package var json: JSON {
        [
            "service": .string(service), "release": release.json, "identity": .string(release.identity),
            "reason": .string(reason), "since": .string("\(since)"), "expires": JSON(expires.map { "\($0)" }),
            "deploy": .string(deploy.text),
        ]
    }
}
