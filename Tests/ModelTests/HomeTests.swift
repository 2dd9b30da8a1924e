import Model
import Testing

struct HomeTests {
    @Test func theSystemsHomeIsSpreadOverItsDirectories() {
        let home = Home.system
        #expect(home.configuration == "/etc/grapnel/grapnel.yaml")
        #expect(home.servicesDirectory == "/etc/grapnel/services.d")
        #expect(home.environmentFile == "/etc/grapnel/env")
        #expect(home.hookDirectories == ["/usr/share/grapnel/hooks", "/etc/grapnel/hooks"])
        #expect(home.pluginDirectories == ["/usr/share/grapnel/plugins", "/etc/grapnel/plugins"])
        #expect(home.database == "/var/lib/grapnel/grapnel.db")
        #expect(home.apiKey == "/var/lib/grapnel/api_key")
        #expect(home.socket == "/run/grapnel/grapnel.sock")
    }

    @Test(arguments: ["/tmp/h", "/tmp/h/", "/tmp/h//"])
    func everyPathOfAnotherHomeIsUnderIt(directory: String) {
        let home = Home(under: directory)
        let paths =
            [
                home.configuration, home.servicesDirectory, home.environmentFile, home.state, home.database,
                home.apiKey,
                home.lock, home.logs, home.socket,
            ] + home.hookDirectories + home.pluginDirectories
        #expect(paths.allSatisfy { $0.hasPrefix("/tmp/h/") && !$0.hasPrefix("/tmp/h//") })
        #expect(home.socket == "/tmp/h/state/grapnel.sock")
    }

    @Test func aSecretIsNotShown() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(RegistryAccess(username: "me", password: secret), to: &dumped)
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("hunter2"))
        #expect(secret.value == "hunter2")
    }
}
