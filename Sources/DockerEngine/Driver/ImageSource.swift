package import Lifecycle
package import Model

/// What the driver needs of images; they come from a registry, or were built on the engine itself.
package protocol ImageSource: Sendable {
    /// The digest that a reference stands for now. Never empty.
    func resolve(_ reference: ImageReference, for service: Service) async throws(Problem) -> String

    /// The tags that a release can be chosen from.
    func candidates(
        _ repository: ImageReference, current: String?, for service: Service
    ) async throws(Problem) -> Candidates

    /// When the release was pushed or made; nil when nobody knows.
    func published(_ release: Release, for service: Service) async throws(Problem) -> Timestamp?

    /// What a container runs, by the digest that its image has in its repository.
    func release(of container: Container, for service: Service) async throws(Problem) -> Release

    /// Brings the image of a release to the engine and answers its id there. May be repeated.
    func fetch(_ release: Release, for service: Service, _ steps: DeploySteps) async throws(Problem) -> String

    /// What the image sets for its containers; nil when it is gone.
    func defaults(ofImage id: String) async throws(Problem) -> JSON?

    /// How `create` names the image, so that it is that one and no other.
    func name(of release: Release, id: String, for service: Service) async throws(Problem) -> String

    /// The same for a container that gets no other image than it has.
    func name(ofSame container: Container) async throws(Problem) -> String

    /// Keeps it from `docker image prune`, also when no container uses it. Answers the tag that keeps it.
    @discardableResult
    func keep(_ id: String, for service: Service) async throws(Problem) -> ImageReference

    /// Lets go of all that were kept for the service but these.
    func keepOnly(_ ids: [String], for service: Service) async throws(Problem)
}
