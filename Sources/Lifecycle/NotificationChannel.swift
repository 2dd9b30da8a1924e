package import Model

/// A way to tell people, from the `notify` list of the settings.
package protocol NotificationChannel: Sendable {
    /// For logs: which one it is, with nothing secret in it.
    var name: String { get }
    func wants(_ event: Event) -> Bool
    func send(_ event: Event) async throws(Problem)
}
