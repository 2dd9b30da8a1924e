/// What one call of a hook may use.
package struct HookLimits: Hashable, Sendable {
    package var timeout: Duration
    /// Bytes that its Lua state may hold.
    package var memory: Int
    /// Bytes of output and log that are kept.
    package var output: Int
    /// Powers that a hook or plugin may declare in `needs`.
    package var allowedPowers: Set<Power>
    /// Whom executable hooks run as, `name` or `name:group`; nil is the agent's own user.
    package var user: String?

    package init(
        timeout: Duration = .seconds(60), memory: Int = 64 << 20, output: Int = 256 << 10,
        allowedPowers: Set<Power> = Set(Power.allCases), user: String? = nil
    ) {
        self.timeout = timeout
        self.memory = memory
        self.output = output
        self.allowedPowers = allowedPowers
        self.user = user
    }
}
