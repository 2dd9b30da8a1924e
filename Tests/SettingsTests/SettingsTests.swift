import Model
import TestKit
import Testing

@testable import Settings

struct SettingsTests {
    private func load(
        _ files: [String: String], environment: [String: String] = [:]
    ) throws -> LoadedSettings {
        let home = FileTree()
        for (name, text) in files { home.file(name, text) }
        return try Settings.load(Home(under: home.path), environment: environment)
    }

    private func load(_ text: String, environment: [String: String] = [:]) throws -> Settings {
        try load(["grapnel.yaml": text], environment: environment).settings
    }

    private func warnings(_ files: [String: String]) throws -> [String] {
        let home = FileTree()
        for (name, text) in files { home.file(name, text) }
        return try Settings.load(Home(under: home.path), environment: [:]).warnings
            .map { MistakeTests.without(home.path + "/", "\($0)") }
    }

    // MARK: - Values

    @Test func anEmptyFileIsTheDefaults() throws {
        for text in ["", "# nothing\n", "{}", "hooks:\nservices:\nnotify:\n"] {
            #expect(try load(text) == Settings())
        }
    }

    @Test func aScriptServiceHasWhatItSays() throws {
        let text = """
            services:
              site:
                driver: script
                script: { run: [./deploy.sh], directory: srv, user: deploy, timeout: 10m, environment: { A: 1, B: yes } }
                health: { http: "http://127.0.0.1:8080/", grace: 90s, stable: 5s }
                windows: ["02:00-04:00"]
                enabled: off
                poll: off
            """
        let home = FileTree()
        home.file("grapnel.yaml", text)
        let service = try #require(
            try Settings.load(Home(under: home.path), environment: [:]).settings.services.first)
        let script = ScriptDefinition(
            run: ["./deploy.sh"], directory: home.path("srv"), user: "deploy", environment: ["A": "1", "B": "yes"],
            timeout: .seconds(600), rollbackTimeout: .seconds(600))
        #expect(service.kind == .script(script))
        #expect(service.health.http == .init(url: "http://127.0.0.1:8080/"))
        #expect(service.health.grace == .seconds(90) && service.health.stable == .seconds(5))
        #expect(service.windows == [try MaintenanceWindow("02:00-04:00")])
        #expect(!service.isEnabled && !service.isPaused)
        #expect(service.polling == .off)
        #expect(service.position == Position(file: home.path("grapnel.yaml"), line: 2, column: 3))
    }

    @Test func servicesTakeWhatIsSaidForAll() throws {
        let settings = try load(
            """
            poll: 1m
            windows: ["Sat 02:00-04:00"]
            allow_images: [ghcr.io/me/*, nginx]
            services:
              a: { container: aa }
              b: { container: bb, poll: { every: 2m }, windows: [], allow_images: [] }
            """)
        #expect(settings.services[0].polling == .every(.seconds(60)))
        #expect(settings.services[0].windows == [try MaintenanceWindow("Sat 02:00-04:00")])
        #expect(settings.services[0].allowedImages == ["ghcr.io/me/*", "docker.io/library/nginx"])
        #expect(settings.services[1].polling == .every(.seconds(120)))
        #expect(settings.services[1].windows == [] && settings.services[1].allowedImages == [])
    }

    @Test func theDriverFollowsFromItsSettings() throws {
        let settings = try load(
            """
            services:
              a: { script: { run: x } }
              b: { compose: { file: [c.yml, /d.yml], service: b } }
              c: { swarm: { service: s_c } }
              d: { container: other }
              e: { driver: container }
              f: { container: { pull: never } }
              g: { container: { name: h-1 } }
            """)
        #expect(
            settings.services.map(\.kind.driver) == [
                .script, .compose, .swarm, .container, .container, .container, .container,
            ])
        guard case .container(let named) = settings.services[3].kind,
            case .container(let unnamed) = settings.services[4].kind,
            case .compose(let compose) = settings.services[1].kind
        else {
            Issue.record("other drivers")
            return
        }
        #expect([named.container, unnamed.container] == ["other", "e"])
        #expect(settings.services[5].kind == .container(ContainerDefinition(container: "f", pull: .never)))
        #expect(settings.services[6].kind == .container(ContainerDefinition(container: "h-1")))
        #expect(compose.files[1] == "/d.yml" && compose.files[0].hasSuffix("/c.yml"))
    }

    @Test(arguments: [
        ("image: nginx:1.27", "tag 1.27"), ("image: nginx", "nothing"),
        ("image: nginx, track: { tag: 1.20 }", "tag 1.20"),
        ("image: nginx, track: { semver: 2 }", #"semver {"semver":"2"}"#),
        ("image: nginx, track: { semver: ^2, prerelease: true }", #"semver {"semver":"^2","prerelease":true}"#),
        ("image: nginx, track: { by: n, regex: '^(?<n>[0-9]+)$' }", #"regex {"regex":"^(?<n>[0-9]+)$","by":"n"}"#),
        ("image: nginx, track: { plugin: mine, a: [1, {b: ~}] }", #"mine {"a":[1,{"b":null}]}"#),
    ])
    func aReleaseIsChosenByTrack(text: String, expected: String) throws {
        let service = try load("services: { a: { driver: container, \(text) } }").services[0]
        let shown =
            switch service.track {
            case .tag(let tag): "tag \(tag)"
            case .plugin(let use): "\(use.plugin) \(use.options.json.text)"
            case nil: "nothing"
            }
        #expect(shown == expected)
        #expect(service.image?.description == "docker.io/library/nginx")
    }

    @Test(arguments: [
        ("true", HealDefinition()), ("on", HealDefinition()), ("off", nil), ("{}", HealDefinition()),
        ("{ cooldown: 1m }", HealDefinition(cooldown: .seconds(60))),
    ])
    func healingIsAYesOrHasSettings(text: String, expected: HealDefinition?) throws {
        #expect(try load("services: { a: { container: aa, heal: \(text) } }").services[0].heal == expected)
    }

    @Test(arguments: [
        ("off", []), ("127.0.0.1:1", [ListenAddress(host: "127.0.0.1", port: 1)]),
        (
            "['[::1]:0', 'localhost:2']",
            [ListenAddress(host: "::1", port: 0), ListenAddress(host: "localhost", port: 2)]
        ),
        ("0.0.0.0:80\nplain_http: true", [ListenAddress(host: "0.0.0.0", port: 80)]),
        ("0.0.0.0:80\ntls: { cert: a, key: b }", [ListenAddress(host: "0.0.0.0", port: 80)]),
        ("0.0.0.0:80\ntrusted_proxies: [10.0.0.0/8]", [ListenAddress(host: "0.0.0.0", port: 80)]),
    ])
    func listensWhereItSays(text: String, expected: [ListenAddress]) throws {
        #expect(try load("listen: \(text)").listen == expected)
    }

    @Test func pluginsKeepTheirOptionsWithTheirPlaces() throws {
        let settings = try load(
            "notify:\n  - plugin: discord\n    url: \"${URL}\"\n    retries: 3\n    events: [failed, rolled-back]\n",
            environment: ["URL": "https://discord.example/secret"])
        let target = try #require(settings.notify.first)
        #expect(target.plugin.plugin == "discord" && target.plugin.place == "notify[0]")
        #expect(target.events == [.failed, .rolledBack] && target.services == nil)
        #expect(target.plugin.options.json.text == #"{"url":"https://discord.example/secret","retries":3}"#)
        let url = try #require(target.plugin.options["url"])
        #expect(url.position.line == 3 && url.position.column == 10)
        #expect(url.source == "${URL}")
    }

    @Test func webhooksAreReadWithTheirConditions() throws {
        let settings = try load(
            """
            services: { site: { script: { run: x } } }
            commands: { tell: { run: y } }
            webhooks:
              github: { secret: s }
              push: { plugin: github, secret: s, when: { event: push, ref: [a, b] }, services: [site], command: tell,
                      arguments: ["{payload.after}", 3], branch: main }
            """)
        #expect(settings.webhooks.map(\.plugin.plugin) == ["github", "github"])
        let push = settings.webhooks[1]
        #expect(push.conditions == [.init(path: "event", values: ["push"]), .init(path: "ref", values: ["a", "b"])])
        #expect(push.services == ["site"] && push.command == "tell" && push.arguments == ["{payload.after}", "3"])
        #expect(push.plugin.options.json.text == #"{"branch":"main"}"#)
        #expect(settings.webhooks[0].services == nil && !settings.webhooks[0].isOpen)
    }

    @Test func registriesAreKeyedByTheirCompleteName() throws {
        let settings = try load(
            """
            registries:
              index.docker.io: { username: me, password: 0123 }
              ghcr.io/me: {}
              localhost:5000: { insecure: true }
              x.example: { plugin: ecr, region: eu-central-1 }
            """)
        #expect(Set(settings.registries.keys) == ["docker.io", "ghcr.io/me", "localhost:5000", "x.example"])
        // A password of digits stays as it is.
        #expect(settings.registries["docker.io"]?.password == Secret("0123"))
        #expect(settings.registries["localhost:5000"]?.isInsecure == true)
        #expect(settings.registries["x.example"]?.plugin?.options.json.text == #"{"region":"eu-central-1"}"#)
    }

    @Test func tokensHaveOneKeyEach() throws {
        let settings = try load(
            """
            auth:
              jwt:
                - { algorithm: HS256, secret: s }
                - { algorithm: EdDSA, key: /k.pem, audience: a }
                - { algorithm: RS256, jwks: "https://x.example/jwks", issuer: i, audience: [a, b], leeway: 1m }
            """)
        #expect(
            settings.tokens.map(\.key) == [.secret(Secret("s")), .file("/k.pem"), .keySet("https://x.example/jwks")])
        #expect(settings.tokens[2].audiences == ["a", "b"] && settings.tokens[2].leeway == .seconds(60))
    }

    @Test func compatTakesNamesAndSettings() throws {
        let compat = try load("compat: [autodok, gopdater: { owner: me, open: true }]").compat
        #expect(compat.hasAutodok && !compat.hasDockward && !compat.hasContainerUpdater)
        #expect(compat.gopdater?.owner == "me" && compat.gopdater?.isOpen == true)
    }

    @Test func anchorsCanStandInAKeyOfTheirOwn() throws {
        let settings = try load(
            """
            x-health: &health { grace: 90s }
            services:
              a: { container: aa, health: *health }
              b: { container: bb, health: { <<: *health, stable: 1s } }
            """)
        #expect(settings.services.map(\.health.grace) == [.seconds(90), .seconds(90)])
        #expect(settings.services[1].health.stable == .seconds(1))
    }

    // MARK: - Variables

    @Test(arguments: [
        ("${A}", "one"), ("x${A}y${A}", "xoneyone"), ("${NONE:-b}", "b"), ("${EMPTY:-b}", "b"), ("${A:-b}", "one"),
        ("${NONE:-${A}}", "one"), ("${NONE:-}x", "x"), ("$$", "$"), ("$${A}", "${A}"), ("a$", "a$"),
        ("$A $(b)", "$A $(b)"),
        ("${file:s}", "from a file"), ("${NONE:-${file:s}}", "from a file"), ("${B}", "${A}"),
        ("^v[0-9]+$", "^v[0-9]+$"),
        ("é${A}é", "éoneé"),
    ])
    func variablesAreFilledIn(text: String, expected: String) throws {
        let loaded = try load(
            ["grapnel.yaml": "commands: { a: { run: ['\(text)'] } }", "s": "from a file\n"],
            environment: ["A": "one", "EMPTY": "", "B": "${A}"])
        #expect(loaded.settings.commands[0].run == [expected])
    }

    @Test func aVariableCanBeANumberOrATruth() throws {
        let settings = try load(
            "deploys: { concurrency: \"${N}\" }\nservices: { a: { container: aa, enabled: \"${E}\", poll: \"${P}\" } }",
            environment: ["N": "7", "E": "no", "P": "off"])
        #expect(settings.deploys.concurrency == 7)
        #expect(settings.services[0].isEnabled == false && settings.services[0].polling == .off)
    }

    @Test func theEnvironmentWinsOverTheFile() throws {
        let env = "# comment\nA=file\n\nexport B='it is # b'\r\nC=\"c\\n\\\"\\$\"\n  D = d # d  \nE=\n"
        let loaded = try load(
            ["grapnel.yaml": "commands: { a: { run: [x, '${A}', '${B}', '${C}'] } }", "env": env],
            environment: ["A": "process"])
        #expect(loaded.settings.commands[0].run == ["x", "process", "it is # b", "c\n\"$"])
    }

    @Test func mistakesInTheFileEnvAreNotQuoted() {
        let mistakes = MistakeTests.mistakes(["env": "A=1\nhunter2\nB=\"hunter2\n2C=x\n"])
        #expect(
            mistakes == [
                "env:2:1: the line is no setting, expected for example NAME=value",
                "env:3:1: B: the value's quotes do not match, expected one at each end",
                "env:4:1: the line is no setting, expected for example NAME=value",
            ])
    }

    @Test func whatAVariableHoldsIsNeverPrinted() throws {
        // The secret stands wherever a value can, most of which it does not fit.
        let reference = String(decoding: try ReferenceTests.bytes(), as: UTF8.self)
        let lines = reference.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var refused = 0
        for index in lines.indices {
            guard let colon = lines[index].firstIndex(of: ":"), !lines[index].hasPrefix("#") else { continue }
            var changed = lines
            changed[index] = lines[index][...colon] + " \"${TOKEN}\""
            let mistakes = MistakeTests.mistakes(
                ["grapnel.yaml": changed.joined(separator: "\n"), "secrets/ghcr": "x"],
                environment: ["TOKEN": "hunter2 is/a:bad@secret"])
            refused += mistakes.isEmpty ? 0 : 1
            #expect(!mistakes.contains { $0.contains("hunter2") || $0.contains("bad") }, "\(mistakes)")
        }
        #expect(refused > 50)
    }

    // MARK: - Several files

    @Test func servicesAndCommandsMayLieInFilesOfTheirOwn() throws {
        let loaded = try load([
            "grapnel.yaml": "poll: 1m\nservices: { a: { container: aa } }",
            "services.d/20-c.yaml": "c: { container: cc }\nd: { container: dd }",
            "services.d/10-b.yml": "services: { b: { container: bb } }\ncommands: { x: { run: x } }",
            "services.d/30.json": "{\"e\": {\"container\": \"ee\"}}",
            "services.d/.hidden": "- nonsense",
        ])
        #expect(loaded.settings.services.map(\.name) == ["a", "b", "c", "d", "e"])
        #expect(loaded.settings.commands.map(\.name) == ["x"])
        #expect(loaded.settings.services.allSatisfy { $0.polling == .every(.seconds(60)) })
    }

    @Test func servicesOfOneContainerAreToldWithBothPlacesWhateverFilesTheyAreIn() {
        let mistakes = MistakeTests.mistakes([
            "grapnel.yaml": "services:\n  a: { container: shop }\n  other: { container: shop-2 }\n",
            "services.d/b.yaml": "b: { container: { name: shop } }\nshop: { driver: container }\n",
        ])
        let rest =
            "the container \"shop\" is already the service \"a\" at grapnel.yaml:2:3, expected one service for each "
            + "container"
        #expect(
            mistakes == ["services.d/b.yaml:1:1: services.b: \(rest)", "services.d/b.yaml:2:1: services.shop: \(rest)"])
    }

    @Test func allMistakesOfAllFilesAreReportedInOrder() {
        let mistakes = MistakeTests.mistakes([
            "grapnel.yaml": "services:\n  a: { container: aa, pol: 1m }\nlog: { levle: x }\npoll: x\n",
            "services.d/a.yaml": "a: { container: bb }\nb: { container: bb, health: { grace: 1 } }\n",
            "services.d/b.yaml": "services: {}\nlog: {}\n",
            "services.d/c.yaml": "c: [\n",
        ])
        #expect(
            mistakes == [
                "grapnel.yaml:2:23: services.a.pol: unknown key, did you mean \"poll\"?",
                "grapnel.yaml:3:8: log.levle: unknown key, did you mean \"level\"?",
                "grapnel.yaml:4:7: poll: \"x\" is not a duration, expected for example \"10s\", \"5m\" or \"1h30m\"",
                "services.d/a.yaml:1:1: services.a: the service \"a\" is already defined at grapnel.yaml:2:3",
                "services.d/a.yaml:2:38: services.b.health.grace: \"1\" is not a duration, expected for example \"10s\", \"5m\" or \"1h30m\"",
                "services.d/b.yaml:2:1: log: unknown key, expected \"services\" or \"commands\"",
                "services.d/c.yaml:2:1: did not find expected node content while parsing a flow node that begins at line 2, column 1",
            ])
    }

    @Test func aProblemHasAllOfThem() {
        let home = FileTree()
        home.file("grapnel.yaml", "a: 1\nb: 2\n")
        do {
            _ = try Settings.load(Home(under: home.path), environment: [:])
            Issue.record("it was taken")
        } catch {
            #expect(
                error.problem.message.hasPrefix(
                    "the settings have 2 mistakes:\n\(home.path)/grapnel.yaml:1:1: a: unknown"))
        }
    }

    @Test func aFileThatOthersCanChangeIsNotUsed() {
        let home = FileTree()
        home.file("grapnel.yaml", "log: {}", mode: 0o666)
        do {
            _ = try Settings.load(Home(under: home.path), environment: [:])
            Issue.record("it was used")
        } catch {
            #expect(
                error.mistakes.map { MistakeTests.without(home.path + "/", "\($0)") } == [
                    "grapnel.yaml:1:1: the file is not used, because others could change it: it is writable by everyone (mode 0666)"
                ])
        }
    }

    @Test func whatCannotBeReadIsAMistake() {
        let home = FileTree()
        home.directory("grapnel.yaml")
        home.file("services.d", "")
        do {
            _ = try Settings.load(Home(under: home.path), environment: [:])
            Issue.record("it was read")
        } catch {
            #expect(
                error.mistakes.map { MistakeTests.without(home.path + "/", "\($0)") } == [
                    "grapnel.yaml:1:1: it cannot be read: not a regular file"
                ])
        }
    }

    // MARK: - Warnings

    @Test func warnsOfWhatIsNotBuiltAndOfFilesThatAreNotRead() throws {
        #expect(
            try warnings([:]) == ["grapnel.yaml:1:1: there is no such file, so the defaults are in force"])
        #expect(
            try warnings(["grapnel.yaml": "", "services.d/web.txt": "", "services.d/web.yaml~": ""]) == [
                "services.d/web.txt:1:1: ignored, expected a name that ends in \".yaml\", \".yml\" or \".json\"",
                "services.d/web.yaml~:1:1: ignored, expected a name that ends in \".yaml\", \".yml\" or \".json\"",
            ])
    }

    @Test func warnsOfSecretsThatEveryoneCanRead() throws {
        let home = FileTree()
        home.file("env", "A=1\n")
        home.file("token", "hunter2\n")
        home.file("closed", "hunter2\n", mode: 0o600)
        home.file(
            "grapnel.yaml",
            "secrets:\n  a: \"${file:token}\"\n  b: \"${file:closed}\"\n  c: \"${A}\"\npoll: \"${A}s\"\n")
        func warnings() throws -> [String] {
            try Settings.load(Home(under: home.path), environment: [:]).warnings
                .map { MistakeTests.without(home.path + "/", "\($0)") }.filter { !$0.contains("not built") }
        }
        #expect(
            try warnings() == [
                "env:1:1: everyone on this machine can read it (mode 0644); if secrets are in it: chmod 600 env",
                "grapnel.yaml:2:6: secrets.a: token: everyone on this machine can read it (mode 0644); if a secret is in it:"
                    + " chmod 600 token",
            ])
        home.file("env", "A=1\n", mode: 0o600)
        home.file("token", "hunter2\n", mode: 0o640)
        #expect(try warnings() == [])
    }

    @Test func whatProbesShowComesFromTheFile() throws {
        let settings = try load(
            """
            services:
              a:
                script: { run: [x] }
                health:
                  http: { url: "http://u:${PW}@127.0.0.1:1/${PW}/x?token=${PW}", status: 204 }
                  tcp: "${DB}:5432"
                  exec: [check, "--password=${PW}", plain]
              b: { script: { run: [x] }, health: { http: "http://127.0.0.1:1/ready", tcp: "[::1]:80", exec: "${PW}" } }
            """, environment: ["PW": "s3cr3tpw", "DB": "10.0.0.9"])
        let health = settings.services[0].health
        #expect(health.http?.url == "http://u:s3cr3tpw@127.0.0.1:1/s3cr3tpw/x?token=s3cr3tpw")
        #expect(health.http?.statuses == [204...204])
        #expect(health.http?.shown == "http://127.0.0.1:1/${PW}/x")
        #expect(health.tcp?.host == "10.0.0.9")
        #expect(health.tcp?.shown == "${DB}:5432")
        #expect(health.exec?.arguments == ["check", "--password=s3cr3tpw", "plain"])
        #expect(health.exec?.shown == ["check", "--password=${PW}", "plain"])
        let other = settings.services[1].health
        #expect(other.http?.shown == "http://127.0.0.1:1/ready")
        #expect(other.tcp?.shown == "[::1]:80")
        #expect(other.exec?.shown == ["${PW}"])
    }

    @Test func warnsOfASecretThatCanBeGuessed() throws {
        let warnings = try warnings(["grapnel.yaml": "auth: { jwt: { algorithm: HS256, secret: short } }"])
        #expect(
            warnings.contains("grapnel.yaml:1:42: auth.jwt.secret: it has fewer than 32 bytes, which can be guessed"))
    }
}
