/// Settings that are in order, and what their owner should know about them all the same.
package struct LoadedSettings: Sendable {
    package let settings: Settings
    package let warnings: [SettingsMistake]
}
