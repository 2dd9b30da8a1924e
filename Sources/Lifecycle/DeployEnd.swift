import Model

/// A deploy that has come to its end, which is yet to be committed.
package struct DeployEnd: Hashable, Sendable {
    package let record: DeployRecord
    package let conclusion: Conclusion
    /// What came of the last phase.
    package let lastEntry: JournalEntry?
}
