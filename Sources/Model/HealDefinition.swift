/// Restarting a service that became unhealthy long after its deploy.
package struct HealDefinition: Hashable, Sendable {
    /// How long to leave it alone after an attempt.
    package var cooldown: Duration

    package init(cooldown: Duration = .seconds(300)) { self.cooldown = cooldown }
}
