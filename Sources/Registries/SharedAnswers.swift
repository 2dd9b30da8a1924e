package import Lifecycle
package import Model
import Synchronization

/// For looks at many services: what one has asked a moment ago, or asks just now, is not asked again for the next. Never for
/// deploys, which have to know what there is by then.
package final class SharedAnswers: ImageRegistries {
    private enum Question: Hashable, Sendable {
        case digest(ImageReference, RegistryAccess?)
        case tags(ImageReference, RegistryAccess?)
        case times([String], ImageReference, RegistryAccess?)
    }

    private enum Answer: Sendable {
        case digest(Digest)
        case tags([String])
        case times([String: Timestamp])
    }

    private let registries: any ImageRegistries
    private let clock: any WallClock
    private let known = Mutex<[Question: (since: Timestamp, answer: Task<Result<Answer, Problem>, Never>)]>([:])

    /// As long as a round over services of one repository takes, and not as long as from one round to the next.
    private static let lifetime: Duration = .seconds(5)

    package init(_ registries: any ImageRegistries, clock: any WallClock) {
        self.registries = registries
        self.clock = clock
    }

    package func digest(of reference: ImageReference, for service: Service) async throws(Problem) -> Digest {
        let answer = try await answer(.digest(reference, service.registry)) { [registries] () throws(Problem) in
            .digest(try await registries.digest(of: reference, for: service))
        }
        guard case .digest(let digest) = answer else { preconditionFailure("the answer to another question") }
        return digest
    }

    package func tags(of reference: ImageReference, for service: Service) async throws(Problem) -> [String] {
        let answer = try await answer(.tags(reference, service.registry)) { [registries] () throws(Problem) in
            .tags(try await registries.tags(of: reference, for: service))
        }
        guard case .tags(let tags) = answer else { preconditionFailure("the answer to another question") }
        return tags
    }

    package func times(
        of tags: [String], in reference: ImageReference, for service: Service
    ) async throws(Problem) -> [String: Timestamp] {
        let question = Question.times(tags, reference, service.registry)
        let answer = try await answer(question) { [registries] () throws(Problem) in
            .times(try await registries.times(of: tags, in: reference, for: service))
        }
        guard case .times(let times) = answer else { preconditionFailure("the answer to another question") }
        return times
    }

    private func answer(
        _ question: Question, _ ask: @escaping @Sendable () async throws(Problem) -> Answer
    ) async throws(Problem) -> Answer {
        let now = clock.now()
        let task = known.withLock { known in
            known = known.filter { now - $0.value.since < SharedAnswers.lifetime }
            if let asked = known[question] { return asked.answer }
            let task = Task { () -> Result<Answer, Problem> in
                do throws(Problem) { return .success(try await ask()) } catch { return .failure(error) }
            }
            known[question] = (now, task)
            return task
        }
        return try await task.value.get()
    }

    // MARK: - Not shared

    package func published(
        _ reference: ImageReference, _ digest: Digest, for service: Service
    ) async throws(Problem) -> Timestamp? {
        try await registries.published(reference, digest, for: service)
    }

    package func credentials(
        for reference: ImageReference, of service: Service
    ) async throws(Problem) -> FoundCredentials? {
        try await registries.credentials(for: reference, of: service)
    }
}
