import Lifecycle

extension AsyncStream<DeployProgress> {
    /// The same, after something that only this one is told.
    func beginning(with first: DeployProgress) -> AsyncStream<DeployProgress> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: DeployProgress.self, bufferingPolicy: .bufferingNewest(ProgressHub.bufferLimit))
        continuation.yield(first)
        let task = Task {
            for await progress in self { continuation.yield(progress) }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
