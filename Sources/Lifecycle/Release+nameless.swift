package import Model

extension Release {
    /// Of a service that cannot name its releases: a name that is good for one deploy.
    package static func nameless(in deploy: DeployID) -> Release { .revision("run-\(deploy)") }
}
