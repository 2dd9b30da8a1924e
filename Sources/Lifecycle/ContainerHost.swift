package import Model

/// What a driver needs of an engine when another program makes its containers: their images, and the sight of them.
package protocol ContainerHost: Sendable {
    /// Where it listens, as `DOCKER_HOST` says it.
    var address: String { get }
    /// How often it has not answered.
    var silences: Int { get }
    /// Of the versions of its interface that it speaks, the newest that programs from 2021 understand.
    func oldInterface() async throws(Problem) -> String

    // MARK: - Images

    /// The digest that a reference stands for now. Never empty.
    func resolve(_ reference: ImageReference, for service: Service) async throws(Problem) -> String

    /// The tags that a release can be chosen from.
    func candidates(
        _ repository: ImageReference, current: String?, for service: Service
    ) async throws(Problem) -> Candidates

    /// When the release was pushed or made; nil when nobody knows.
    func published(_ release: Release, for service: Service) async throws(Problem) -> Timestamp?

    /// Brings the image of a release to the engine and answers its id there. May be repeated.
    func fetch(_ release: Release, for service: Service, _ steps: DeploySteps) async throws(Problem) -> String

    /// Keeps it from `docker image prune`, also when no container uses it. Answers the tag that keeps it.
    @discardableResult
    func keep(_ id: String, for service: Service) async throws(Problem) -> ImageReference

    /// Lets go of all that were kept for the service but these.
    func keepOnly(_ ids: [String], for service: Service) async throws(Problem)

    /// The id of the image that a reference stands for on the engine; nil when it has none.
    func imageID(of reference: ImageReference) async throws(Problem) -> String?

    /// Lets a reference without a digest stand for an image that the engine has.
    func name(_ id: String, _ reference: ImageReference) async throws(Problem)

    /// So that the reference stands for nothing any more.
    func removeName(_ reference: ImageReference) async throws(Problem)

    // MARK: - Containers

    /// All that bear these labels, also those that do not run, in the order of their names.
    func containers(labelled labels: [(name: String, value: String)]) async throws(Problem) -> [HostedContainer]

    /// What one runs, by the digest that its image has in its repository.
    func release(of container: HostedContainer, for service: Service) async throws(Problem) -> Release

    /// Whether the engine as it runs now has seen the container's last end: one that went down with the engine, or with the
    /// machine, ended unseen.
    func hasSeenEnd(of container: HostedContainer) async throws(Problem) -> Bool

    /// Whether somebody told the engine to end it.
    func wasTold(toEnd container: HostedContainer) async throws(Problem) -> Bool

    /// Whether somebody has just told the engine to end one that runs still.
    func isBeingEnded(_ container: HostedContainer) async throws(Problem) -> Bool

    func start(_ container: HostedContainer) async throws(Problem)

    /// Returns when it has stopped, also when somebody else had begun to stop it.
    func stop(_ container: HostedContainer) async throws(Problem)

    /// What it has said last.
    func lastLines(of container: HostedContainer) async throws(Problem) -> [String]

    func rename(_ container: HostedContainer, to name: String) async throws(Problem)

    /// Whether it runs or not; its volumes stay.
    func remove(_ container: HostedContainer) async throws(Problem)

    /// All that it takes to make a container again as it is, under `id` its own. Nil when it is gone.
    func snapshot(of container: HostedContainer, isRunning: Bool) async throws(Problem) -> JSON?

    /// Puts a container back under its name, as it was: the same, if it is still there, or one like it. Whatever else
    /// bears the name goes; its volumes stay. `hosts` says, by the ids of those in whose namespaces it lived, what they are
    /// now. Answers its id. May be repeated.
    func restore(_ snapshot: JSON, hosts: [String: String]) async throws(Problem) -> String
}

/// One container as such a driver sees it.
package struct HostedContainer: Hashable, Sendable {
    package let id: String
    package let name: String
    package let labels: [String: String]
    /// The reference that it was made from, as it was written.
    package let imageReference: String
    package let imageID: String
    package let look: Look
    package let presence: Presence
    /// Since it was made.
    package let hasRun: Bool
    /// This process runs in it.
    package let isAgent: Bool
    /// The engine starts it again when it ends by itself.
    package let restartsByItself: Bool
    /// Those in whose namespaces it lives, by id.
    package let hosts: [String]

    package init(
        id: String, name: String, labels: [String: String], imageReference: String, imageID: String, look: Look,
        presence: Presence, hasRun: Bool, isAgent: Bool, restartsByItself: Bool, hosts: [String]
    ) {
        self.id = id
        self.name = name
        self.labels = labels
        self.imageReference = imageReference
        self.imageID = imageID
        self.look = look
        self.presence = presence
        self.hasRun = hasRun
        self.isAgent = isAgent
        self.restartsByItself = restartsByItself
        self.hosts = hosts
    }
}
