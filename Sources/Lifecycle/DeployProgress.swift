package import Model

/// What somebody who watches a deploy is shown while it runs. Nothing depends on it.
package enum DeployProgress: Hashable, Sendable {
    case phase(Phase)
    case phaseEnded(Phase, result: String, took: Duration)
    /// A line of output or of explanation.
    case line(String)
    /// Something that whoever watches has to see, such as a hook that is not run.
    case warning(String)
    /// It cannot go on for now.
    case waiting(reason: String)
    /// What it waited for is there again.
    case goesOn
    /// Of an image that is pulled; a few a second.
    case layer(LayerProgress)
    case finished(Outcome, reason: String?)
}
