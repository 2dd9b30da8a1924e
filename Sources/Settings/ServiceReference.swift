import Model

/// The settings name a service that no file describes; a container's labels may.
package struct ServiceReference: Hashable, Sendable {
    package let name: String
    private let mistake: SettingsMistake

    init(_ name: String, at position: Position, place: String) {
        self.name = name
        mistake = SettingsMistake(
            at: position, place: place,
            "there is no service \"\(name)\", neither in the files nor by a container's labels")
    }

    /// What to say when no label does.
    package func warning(among names: [String]) -> SettingsMistake {
        let meant = Nearest.word(to: name, among: names).map { ", did you mean \"\($0)\"?" } ?? ""
        return SettingsMistake(at: mistake.position, place: mistake.place, mistake.message + meant)
    }
}
