package import Model

// What a wish comes to for a service that is an image, whichever driver moves it.
extension Wish {
    /// Refuses what is no tag or no image, before it becomes a deploy.
    package func checkImage(for service: Service) throws(Problem) {
        let place = "services.\(service.name)"
        switch target {
        case .follow, .previous: break
        case .tag(let tag):
            guard ImageReference.isTag(tag[...]) else {
                throw Problem(.usage, "\(place): \"\(tag)\" is not a tag, expected for example \"2.1\" or \"latest\"")
            }
        case .image(let image):
            do throws(Problem) { _ = try ImageReference(image) } catch {
                throw Problem(.usage, "\(place): \(error)")
            }
        }
    }

    /// The reference that is to be resolved. `chosen` is the tag that a hook or a policy has chosen, `followed` what is
    /// deployed when nobody chooses.
    package func image(
        of repository: ImageReference, chosen: String?, followed: () throws(Problem) -> ImageReference
    ) throws(Problem) -> ImageReference {
        switch target {
        case .image(let image): return try ImageReference(image)
        case .tag(let tag): return try repository.tagged(tag)
        case .follow, .previous: break
        }
        if let chosen { return try repository.tagged(chosen) }
        return try followed()
    }
}

extension Service {
    /// What is deployed as long as nobody chooses anything else. `written` is its image as its owner has named it.
    package func followed(_ written: ImageReference) throws(Problem) -> ImageReference {
        switch track {
        case .tag(let tag)?: return try written.tagged(tag)
        case nil: return try written.tag == nil ? written.tagged("latest") : written
        case .plugin?:
            // Whoever was to choose has chosen, or there is nothing to deploy.
            throw Problem(.invalid, "services.\(name).track: nobody has chosen a tag")
        }
    }
}
