package import Model

extension Engine {
    /// By tag or digest; nil when it is not on the engine. Without either, `latest` is meant.
    package func image(_ reference: ImageReference) async throws(Problem) -> Image? {
        try await image(named: reference.forEngine)
    }

    /// By what the engine calls it.
    package func image(id: Digest) async throws(Problem) -> Image? {
        try await image(named: id.description)
    }

    private func image(named name: String) async throws(Problem) -> Image? {
        do throws(Problem) {
            return try Image(json: try await get("/images/\(URLText.escaped(name))/json"))
        } catch  where error.code == .notFound {
            return nil
        }
    }

    // MARK: - Names

    /// Gives it one more name; whatever had that name before loses it.
    package func tag(_ id: Digest, as reference: ImageReference) async throws(Problem) {
        guard let tag = reference.tag else {
            throw Problem(.invalid, "\"\(reference.familiar)\" has no tag to give to an image")
        }
        try await post(
            "/images/\(URLText.escaped(id.description))/tag", [("repo", reference.untagged.description), ("tag", tag)])
    }

    /// Takes the name away. With its last name an image goes, unless a container was made from it: that is a conflict,
    /// and nothing happens. A name that is not there is nothing to do. Answers whether the image is gone.
    @discardableResult
    package func removeTag(_ reference: ImageReference) async throws(Problem) -> Bool {
        do throws(Problem) {
            let answer = try await delete("/images/\(URLText.escaped(reference.forEngine))")
            return answer.array?.contains { $0["Deleted"] != nil } ?? false
        } catch  where error.code == .notFound {
            return false
        }
    }

    /// One that has no name left; with a single one it would go too, so look first. Nothing happens to an image that a
    /// container or another image was made from: that is a conflict. One that is not there is nothing to do.
    package func removeImage(id: Digest) async throws(Problem) {
        do throws(Problem) {
            try await delete("/images/\(URLText.escaped(id.description))")
        } catch  where error.code == .notFound {
            return
        }
    }

    // MARK: - Use

    /// The names of the containers that were made from it, whether they run or not.
    package func containers(using image: Image) async throws(Problem) -> [String] {
        let all = try await get("/containers/json", [("all", "1")])
        return (all.array ?? []).filter { $0["ImageID"]?.string == image.id.description }.map {
            let name = $0["Names"]?[0]?.string ?? $0["Id"]?.string ?? "?"
            return name.hasPrefix("/") ? String(name.dropFirst()) : name
        }
    }

    package func isInUse(_ image: Image) async throws(Problem) -> Bool {
        try await !containers(using: image).isEmpty
    }
}

extension ImageReference {
    /// One name, and not two that could differ: beside a digest the engine ignores a tag.
    var forEngine: String {
        if let digest { return untagged.pinned(to: digest).description }
        return tag == nil ? "\(self):latest" : description
    }
}
