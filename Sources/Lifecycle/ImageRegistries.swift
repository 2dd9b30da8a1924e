package import Model

/// Where images come from, as far as drivers and policies have to know.
///
/// Errors: `.notFound` means that the registry has no such thing, `.forbidden` that it does not let us look,
/// `.unreachable` that it could not be asked now, so that nothing is known.
package protocol ImageRegistries: Sendable {
    /// What the reference stands for now: of the index, where there is one. One that is pinned is taken at its word.
    func digest(of reference: ImageReference, for service: Service) async throws(Problem) -> Digest

    /// Every tag of the repository.
    func tags(of reference: ImageReference, for service: Service) async throws(Problem) -> [String]

    /// When those of the tags were pushed of which that is known; where no registry tells it, when their images were made.
    func times(
        of tags: [String], in reference: ImageReference, for service: Service
    ) async throws(Problem) -> [String: Timestamp]

    /// The same of one release.
    func published(
        _ reference: ImageReference, _ digest: Digest, for service: Service
    ) async throws(Problem) -> Timestamp?

    /// Nil for a registry to which we are nobody.
    func credentials(for reference: ImageReference, of service: Service) async throws(Problem) -> FoundCredentials?
}
