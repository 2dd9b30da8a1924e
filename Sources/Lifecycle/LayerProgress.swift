/// How far one layer of an image is, while the image is pulled.
package struct LayerProgress: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case waiting
        case downloading
        /// All of it is here, and not yet unpacked.
        case downloaded
        case extracting
        case done
        /// It was here before.
        case present
    }

    /// As the engine calls it: the beginning of its digest.
    package let layer: String
    package let state: State
    /// In bytes of the layer as it is sent.
    package let done: Int64
    /// 0 as long as it is not known.
    package let total: Int64

    package init(_ layer: String, _ state: State, done: Int64 = 0, total: Int64 = 0) {
        self.layer = layer
        self.state = state
        self.done = done
        self.total = total
    }
}
