import Files
import Model
import TestKit
import Testing

@testable import Settings

/// The commented reference file is the schema: what it shows is what the program knows.
struct ReferenceTests {
    static let path =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/contrib/grapnel.reference.yaml"

    static func bytes() throws -> [UInt8] { try FileContent.read(path, limit: 1 << 20) }

    private func home() throws -> FileTree {
        let home = FileTree()
        home.file("secrets/ghcr", "hunter2\n")
        home.file("secrets/pager", "pager-token\n")
        home.file("grapnel.yaml", String(decoding: try Self.bytes(), as: UTF8.self))
        return home
    }

    @Test func loadsWithoutAMistake() throws {
        let home = try home()
        let settings = try Settings.load(Home(under: home.path), environment: [:]).settings
        #expect(settings.services.count == 9)
        #expect(settings.registries["ghcr.io"]?.password == Secret("hunter2"))
        #expect(settings.secrets == ["pager": Secret("pager-token")])
    }

    @Test func showsEveryKeyThatIsRead() throws {
        let home = try home()
        let (_, reading) = Settings.read(Home(under: home.path), environment: [:])
        #expect(reading.mistakes.isEmpty)
        #expect(reading.asked.subtracting(reading.found).sorted() == [])
        // A guard against a reader that asks for nothing.
        #expect(reading.asked.count > 90)
        #expect(reading.asked.isSuperset(of: ["services.*.health.http.url", "webhooks.*.when", "compat[].*.owner"]))
    }

    @Test func namesNoUnbuiltKeyThatIsNotRead() throws {
        let home = try home()
        let (_, reading) = Settings.read(Home(under: home.path), environment: [:])
        #expect(Unbuilt.keys.subtracting(reading.asked).sorted() == [])
    }

    @Test func showsTheDefaults() throws {
        let home = try home()
        let settings = try Settings.load(Home(under: home.path), environment: [:]).settings
        let defaults = Settings()
        #expect(settings.listen == defaults.listen)
        #expect(settings.polling == defaults.polling)
        #expect(settings.discovery == defaults.discovery)
        // Two show an example instead, because their default is that there is none.
        var deploys = settings.deploys
        #expect(deploys.blockFor == .seconds(7 * 86_400))
        deploys.blockFor = nil
        #expect(deploys == defaults.deploys)
        var hooks = settings.hooks
        #expect(hooks.user == "nobody")
        hooks.user = nil
        #expect(hooks == defaults.hooks)
        #expect(settings.state.backups == defaults.state.backups)
        #expect(settings.log.format == defaults.log.format)
        #expect(settings.log.level == defaults.log.level)
        let services = Dictionary(uniqueKeysWithValues: settings.services.map { ($0.name, $0) })
        let probes = services["web"]?.health
        #expect(
            services["site"]?.health.grace == probes?.grace && services["site"]?.health.stable == probes?.stable
                && services["site"]?.health.interval == probes?.interval
                && services["site"]?.health.timeout == probes?.timeout)
        #expect(services["web"]?.heal == HealDefinition())
        guard case .script(let script)? = services["site"]?.kind, case .compose(let compose)? = services["web"]?.kind
        else {
            Issue.record("the reference's services have other drivers")
            return
        }
        let plain = ScriptDefinition(run: [])
        #expect(
            [script.timeout, script.rollbackTimeout] == [plain.timeout, plain.rollbackTimeout]
                && script.output == plain.output)
        #expect(compose.pin == .file && compose.timeout == ComposeDefinition(files: []).timeout)
        #expect(settings.commands.first?.concurrency == 1)
    }

    /// Whatever happens to a file, it loads or is refused with places; nothing crashes.
    @Test func survivesBeingBroken() throws {
        let home = try home()
        let bytes = try Self.bytes()
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let strange = [
            "[]", "{}", "~", "-1", "\"${\"", "\"${NOPE}\"", "*x", "é", "{a: [b]}", "99999999999999999999", "\u{1}",
        ]
        var inputs: [[UInt8]] = stride(from: 0, to: bytes.count, by: 211).map { Array(bytes.prefix($0)) }
        for _ in 0..<60 {
            var mutated = bytes
            for _ in 0...random(3) { mutated[random(mutated.count)] = UInt8(32 + random(95)) }
            inputs.append(mutated)
            var without = lines
            without.remove(at: random(without.count))
            without.swapAt(random(without.count), random(without.count))
            inputs.append(Array(without.joined(separator: [0x0A])))
            var replaced = lines.map { Array($0) }
            let line = random(replaced.count)
            if let colon = replaced[line].firstIndex(of: UInt8(ascii: ":")) {
                replaced[line] = replaced[line][...colon] + [0x20] + Array(strange[random(strange.count)].utf8)
            }
            inputs.append(Array(replaced.joined(separator: [0x0A])))
        }
        var refused = 0
        for input in inputs {
            home.file("grapnel.yaml", String(decoding: input, as: UTF8.self))
            do {
                _ = try Settings.load(Home(under: home.path), environment: [:])
            } catch {
                refused += 1
                #expect(!error.mistakes.isEmpty)
                #expect(error.mistakes == error.mistakes.sorted { $0.position < $1.position })
                for mistake in error.mistakes {
                    #expect(mistake.line >= 1 && mistake.column >= 1 && mistake.file.hasSuffix("/grapnel.yaml"))
                    #expect(!"\(mistake)".contains("hunter2"))
                }
            }
        }
        #expect(refused > inputs.count / 2)
    }
}
