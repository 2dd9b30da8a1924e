package import Model

/// What containers say of themselves by their labels.
package struct LabelledServices: Sendable {
    package struct Entry: Hashable, Sendable {
        package let service: Service
        package let container: LabelledContainer
        let isGood: Bool
    }

    /// By the services' names.
    package internal(set) var entries: [Entry] = []
    /// Each keeps its container from being a service, and nothing else from being one.
    package internal(set) var mistakes: [SettingsMistake] = []
    package internal(set) var warnings: [SettingsMistake] = []

    init() {}
}
