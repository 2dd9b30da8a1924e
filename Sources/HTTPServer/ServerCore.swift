import Synchronization

/// What all connections of a server share.
final class ServerCore: Sendable {
    let limits: ServerLimits
    let handler: @Sendable (ServerRequest) async -> ServerAnswer
    let watch: ConnectionWatch
    let suspensions = Suspension.Count()

    private let ids = Atomic<UInt64>(0)
    private let requests = Atomic(0)
    private let stopping = Atomic(false)

    init(
        limits: ServerLimits, watch: ConnectionWatch, handler: @escaping @Sendable (ServerRequest) async -> ServerAnswer
    ) {
        self.limits = limits
        self.watch = watch
        self.handler = handler
    }

    func nextID() -> UInt64 { ids.add(1, ordering: .relaxed).newValue }

    /// Requests that have begun and are not yet through, their answers included.
    var requestsInFlight: Int { requests.load(ordering: .acquiring) }
    func requestBegan() { requests.add(1, ordering: .releasing) }
    func requestEnded() { requests.subtract(1, ordering: .releasing) }

    /// New requests are answered with 503 from here on.
    var isStopping: Bool { stopping.load(ordering: .acquiring) }
    func beginStop() { stopping.store(true, ordering: .releasing) }
}
