/// How a service chooses its release among a repository's tags. A service without one leaves the choice to a
/// `select-tag` hook.
package enum Track: Hashable, Sendable {
    /// One tag that moves, such as `latest`.
    case tag(String)
    /// A plugin of the kind `tags`. `semver: "^2"` is the plugin `semver` with the option `semver`.
    case plugin(PluginUse)
}

/// What holds for every way to choose.
package struct TagLimits: Hashable, Sendable {
    /// Tags that are never chosen: `*` stands for anything.
    package var exclude: [String]
    /// How long ago a release has to have been pushed. One of which that is unknown is not taken.
    package var age: Duration?

    package init(exclude: [String] = [], age: Duration? = nil) {
        self.exclude = exclude
        self.age = age
    }
}
