/// How a service chooses its release among a repository's tags. A service without one leaves the choice to a
/// `select-tag` hook.
package enum Track: Hashable, Sendable {
    /// One tag that moves, such as `latest`.
    case tag(String)
    /// A plugin of the kind `tags`. `semver: "^2"` is the plugin `semver` with the option `semver`.
    case plugin(PluginUse)
}
