package import Lifecycle
package import Model
import Synchronization

extension Engine {
    /// How far one layer is. Called on the thread of all transfers, and as often as somebody who watches can take.
    package typealias PullProgress = @Sendable (LayerProgress) -> Void

    /// Brings an image here by its digest, unless it is here already: then no registry is needed. Answers the image as
    /// the engine then has it. It has no tag: whoever wants to keep it from `docker image prune` gives it one.
    ///
    /// `.notFound`, `.forbidden` and `.unreachable` are what they are for `resolve`. A registry that says nothing more in
    /// the middle of a layer is `.timeout`, after `silence`: the engine itself would wait for ever.
    package func pull(
        _ reference: ImageReference, _ credentials: RegistryCredentials? = nil,
        silence: Duration = .seconds(600), progress: @escaping PullProgress = { _ in }
    ) async throws(Problem) -> Image {
        guard let digest = reference.digest else {
            throw Problem(.invalid, "\"\(reference.familiar)\" is not pinned by a digest, so it is not pulled")
        }
        if let image = try await image(reference) { return image }
        let reader = Mutex(PullReader(progress: progress))
        let refusal = RegistryRefusal(reference, isKnown: credentials != nil)
        do throws(Problem) {
            try await stream(
                "POST", "/images/create",
                [("fromImage", reference.untagged.description), ("tag", digest.description)],
                headers: credentials?.headers ?? [], timeout: .seconds(6 * 3600), silence: silence
            ) { bytes in
                reader.withLock { $0.take(bytes) }
            }
            let problem = reader.withLock {
                $0.finish()
                return $0.problem
            }
            if let problem { throw problem }
        } catch {
            throw refusal.problem(ofPull: error)
        }
        guard let image = try await image(reference) else {
            throw Problem(.failed, "\(reference.familiar): the engine says that it was pulled, but does not have it")
        }
        return image
    }
}
