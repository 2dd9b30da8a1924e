package import Model

/// Something that lies in a hooks directory: a hook, or what is none and why.
package struct HookFile: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case executable
        /// A `.lua` file in a hook point's directory.
        case lua
        /// The `.lua` file of one service, with a function for each of its hook points.
        case dropIn = "drop-in"
    }

    package enum Status: Hashable, Sendable {
        case active
        /// A file of the same name in a later directory takes its place.
        case replaced(by: String)
        /// Its name is a link to /dev/null in this place.
        case disabled(by: String)
        /// It is no hook, or not one to be trusted.
        case ignored(reason: String)
        /// Nobody could find out what is there. A deploy must not go on as if that were nothing.
        case unreadable(Problem)
        /// Only a review says so: it cannot be loaded, and fails at its hook points.
        case broken(Problem)
        /// Only a review says so: it runs, or would, but hardly as it was meant.
        case doubtful([String])
    }

    /// Its path within its hooks directory, such as `web/post-up.d/20-migrate` or `web.lua`. The journal and the
    /// history know it by this.
    package var name: String
    package var path: String
    /// Nil for every service.
    package var service: String?
    /// Nil for a drop-in, and for what is no hook.
    package var point: HookPoint?
    /// Nil for what is no hook.
    package var kind: Kind?
    package var status: Status

    var fileName: Substring { name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...] }

    /// For `grapnel check`, `hooks list` and the log: why it does not run; nil when it does.
    package var remark: String? {
        switch status {
        case .active: nil
        case .replaced(let path): "replaced by \(path)"
        case .disabled(let path): "disabled by \(path)"
        case .ignored(let reason): "ignored: \(reason)"
        case .unreadable(let problem): "\(problem)"
        case .broken(let problem): "broken: \(problem)"
        case .doubtful(let doubts): "doubtful: \(doubts.joined(separator: "; "))"
        }
    }
}
