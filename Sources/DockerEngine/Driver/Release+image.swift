import Model

extension Release {
    /// Without the digest.
    var imageReference: String? {
        if case .image(let reference, _) = self { reference } else { nil }
    }
}
