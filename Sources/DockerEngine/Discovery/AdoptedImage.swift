import Model

/// What a container's service would follow.
struct AdoptedImage {
    private(set) var lines: [String] = []
    /// No registry knows the image.
    private let isBuiltHere: Bool

    init(_ container: Container, image: Image?) {
        isBuiltHere = image.map { $0.repositoryDigests.isEmpty } ?? false
        let made = Adoption.harmless(container.imageReference)
        let followed: ImageReference?
        do throws(Problem) { followed = try container.followedImage } catch { followed = nil }
        if let followed, let tag = followed.tag {
            lines = ["image: \(Adoption.word(followed.familiar)) # the tag \(tag) is followed"]
            return
        }
        if let followed, (try? ImageReference(container.imageReference))?.digest == nil {
            lines = [
                "image: \(Adoption.word(followed.familiar + ":latest")) # it was made from \(made), which means this tag"
            ]
            return
        }
        let names = (image?.tags ?? []).filter { $0.familiarRepository != EngineImages.keeper }.filter {
            followed == nil || $0.repository == followed?.repository
        }
        if let name = names.first {
            lines = [
                "# It was made from \(made), which names no tag. Its image has "
                    + (names.count == 1 ? "this one" : "these: \(names.map(\.familiar).joined(separator: ", "))")
                    + "; give the one that is to be followed.",
                "image: \(Adoption.word(name.familiar))",
            ]
            return
        }
        let repository = followed?.familiar ?? "REPOSITORY"
        lines = [
            "# It was made from \(made), and nothing says which tag is to be followed:",
            "# no deploy can work until this line gives one.",
            "# image: \(repository):TAG",
        ]
    }

    func container(_ name: String) -> [String] {
        guard isBuiltHere else { return ["container: \(name)"] }
        return [
            "container:", "  name: \(name)",
            "  pull: never # no registry is known to have the image: it seems to have been built here",
        ]
    }
}
