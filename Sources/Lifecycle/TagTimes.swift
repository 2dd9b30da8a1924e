package import Model

/// When the tags of a repository were pushed, as far as anybody knows.
package protocol TagTimes: Sendable {
    /// Of those that it knows; what nobody knows is left out.
    func times(of tags: [String]) async throws(Problem) -> [String: Timestamp]
}
