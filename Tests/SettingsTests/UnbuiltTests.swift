import Model
import TestKit
import Testing

@testable import Settings

struct UnbuiltTests {
    /// Each key that nothing acts on yet says so where it stands; the test goes on with whatever is left of them.
    @Test(arguments: Unbuilt.keys.filter { !$0.contains(".") }.sorted())
    func aKeyThatIsNotBuiltIsAWarning(key: String) throws {
        let home = FileTree()
        let empty = ["trusted_proxies", "compat", "allow_images", "windows"].contains(key) ? "[]" : "{}"
        let value =
            [
                "tls": "{ cert: a, key: b }", "docker_config": "a", "plain_http": "no", "listen": "127.0.0.1:1",
                "poll": "off",
            ][key] ?? empty
        home.file("grapnel.yaml", "\n  \(key): \(value)\n")
        let loaded = try Settings.load(Home(under: home.path), environment: [:])
        #expect(
            loaded.warnings.map(\.description) == [
                "\(home.path)/grapnel.yaml:2:3: \(key): accepted, but not built yet"
            ])
    }
}
