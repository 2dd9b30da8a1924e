/// What the files say, mistakes and all.
package struct ExaminedSettings: Sendable {
    /// Without what is wrong in them.
    package let settings: Settings
    /// In the order of the files and their lines.
    package let mistakes: [SettingsMistake]
    package let warnings: [SettingsMistake]
    /// Services that they name, and that only labels can describe.
    package let references: [ServiceReference]
}
