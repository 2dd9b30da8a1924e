package import Model

/// A plugin's file that cannot be used, and so is passed over until something needs it.
package struct BrokenPlugin: Hashable, Sendable {
    /// `notify/webhook`.
    package let name: String
    package let origin: Plugin.Origin
    package let problem: Problem
}

extension BrokenPlugin: CustomStringConvertible {
    package var description: String { "\(origin): \(problem)" }
}
