import Lifecycle
import Model

/// A pull as a few lines of text: a bar for each layer that something is done with, and how far the whole is.
struct PullPicture {
    private var layers: [LayerProgress] = []

    /// More would push away what was there before.
    private static let mostBars = 6
    private static let widestBar = 40

    var isEmpty: Bool { layers.isEmpty }

    /// Answers whether it has come to another state.
    @discardableResult
    mutating func note(_ layer: LayerProgress) -> Bool {
        guard let index = layers.firstIndex(where: { $0.layer == layer.layer }) else {
            layers.append(layer)
            return true
        }
        defer { layers[index] = layer }
        return layers[index].state != layer.state
    }

    // MARK: - Bars

    /// For a screen of that size; no line is wider.
    func lines(_ size: LiveBlock.Size) -> [String] {
        let columns = size.columns - 1
        let active = layers.filter { $0.state == .downloading || $0.state == .extracting }
        let room = min(PullPicture.mostBars, max(0, size.rows - 2))
        // An identifier and how far it is take this much.
        guard columns >= 32, room > 0 else { return [TextWidth.cut("  pull \(whole)", to: max(1, columns))] }
        let isAll = active.count <= room
        let shown = active.prefix(isAll ? room : room - 1).map { PullPicture.line($0, columns) }
        let others = isAll ? [] : ["  and \(active.count - shown.count) more"]
        return shown + others + [TextWidth.cut("  pull \(whole)", to: columns)]
    }

    private static func line(_ layer: LayerProgress, _ columns: Int) -> String {
        let name = String(
            layer.layer.unicodeScalars.prefix(12).map { $0.isASCII && $0.value > 0x20 ? Character($0) : "?" })
        let state = layer.state.rawValue
        let head = "  \(padded(name, 12)) \(padded(state, 11))"
        guard layer.total > 0 else { return layer.done > 0 ? "\(head) \(ByteSize.amount(layer.done))" : head }
        let share = "\(layer.done * 100 / layer.total) %"
        let amount = "\(ByteSize.amount(layer.done))/\(ByteSize.amount(layer.total))"
        // Room for the longest amount, so that the bars of all are as long.
        let width = min(widestBar, columns - head.utf8.count - " [] ".utf8.count - 19)
        guard width >= 10 else { return "\(head) \(padded(share, 5, isLeft: false))" }
        return "\(head) [\(bar(layer, width))] \(padded(amount, 19, isLeft: false))"
    }

    private static func bar(_ layer: LayerProgress, _ width: Int) -> String {
        let filled = Int(Int64(width) * min(layer.done, layer.total) / layer.total)
        let tip = filled < width ? ">" : ""
        return String(repeating: "=", count: filled) + tip + String(repeating: " ", count: width - filled - tip.count)
    }

    private static func padded(_ text: String, _ width: Int, isLeft: Bool = true) -> String {
        let space = String(repeating: " ", count: max(0, width - text.utf8.count))
        return isLeft ? text + space : space + text
    }

    // MARK: - The whole

    private var finished: Int { layers.count { $0.state == .done || $0.state == .present } }

    /// Of what is fetched, and not of what was here before.
    private var fetched: (done: Int64, total: Int64, isKnown: Bool) {
        let coming = layers.filter { $0.state != .present }
        let done = coming.reduce(Int64(0)) {
            $0 + ($1.state == .downloading ? $1.done : $1.state == .waiting ? 0 : $1.total)
        }
        return (done, coming.reduce(0) { $0 + $1.total }, coming.allSatisfy { $0.total > 0 || $0.state == .done })
    }

    /// `41 %, 12.3 MB of 30.0 MB, 2 of 5 layers`
    var whole: String {
        let (done, total, isKnown) = fetched
        let amount =
            isKnown && total > 0
            ? "\(done * 100 / total) %, \(ByteSize.amount(done)) of \(ByteSize.amount(total)), "
            : "\(ByteSize.amount(done)), "
        return amount + "\(finished) of \(layers.count) layers"
    }

    /// When it is over.
    var summary: String {
        let here = layers.count { $0.state == .present }
        let count = layers.count - here
        let pulled = "\(count) layer\(count == 1 ? "" : "s"), \(ByteSize.amount(fetched.done))"
        if count == 0 { return "all \(here) layers were here" }
        return here == 0 ? pulled : "\(pulled); \(here) more \(here == 1 ? "was" : "were") here"
    }

    /// What to say of a layer that has come to its end, where there are no bars; nil for the others.
    func ended(_ layer: LayerProgress) -> String? {
        guard layer.state == .done else { return nil }
        let size = layer.total > 0 ? " \(ByteSize.amount(layer.total))," : ""
        return "layer \(layer.layer) is here,\(size) \(finished) of \(layers.count)"
    }
}
