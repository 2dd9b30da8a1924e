/// Where something is shown while it happens: a terminal, or a file.
protocol Screen: Sendable {
    /// A person reads along, and what was written can be replaced.
    var isInteractive: Bool { get }
    /// As it is now: people change it.
    var size: LiveBlock.Size { get }
    func paint(_ text: String, _ colour: Terminal.Colour) -> String
    func write(_ text: String)
}
