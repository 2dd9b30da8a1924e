package import Model

extension Engine {
    /// The digest that the registry has for the reference now: of the index, where there is one. One that is pinned
    /// already is taken at its word.
    ///
    /// `.notFound` means that the registry has no such image, `.forbidden` that it does not let us look, `.unreachable`
    /// that it could not be asked.
    package func resolve(
        _ reference: ImageReference, _ credentials: RegistryCredentials? = nil
    ) async throws(Problem) -> Digest {
        if let digest = reference.digest { return digest }
        let answer: JSON
        do throws(Problem) {
            answer = try await get(
                "/distribution/\(URLText.escaped(reference.forEngine))/json", headers: credentials?.headers ?? [],
                timeout: .seconds(60))
        } catch {
            throw RegistryRefusal(reference, isKnown: credentials != nil).problem(error)
        }
        guard let digest = answer["Descriptor"]?["digest"]?.string.flatMap({ try? Digest($0) }) else {
            throw Problem(
                .invalid, "\(reference.familiar): the registry \(reference.host) answers without a digest")
        }
        return digest
    }
}
