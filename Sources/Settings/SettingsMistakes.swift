package import Model

/// Everything that is wrong with the settings, in the order of the files and their lines.
package struct SettingsMistakes: Error, Hashable, Sendable {
    package let mistakes: [SettingsMistake]

    package init(mistakes: [SettingsMistake]) { self.mistakes = mistakes }

    package var problem: Problem {
        let count = mistakes.count == 1 ? "one mistake" : "\(mistakes.count) mistakes"
        let lines = mistakes.map { "\n\($0)" }.joined()
        return Problem(.invalid, "the settings have \(count):\(lines)")
    }
}
