import Model
import Settings
import TestKit
import Testing

/// What containers say of themselves is read as files are.
struct LabelTests {
    private func settings(_ text: String) throws -> Settings {
        let home = FileTree()
        home.file("grapnel.yaml", text)
        return try Settings.load(Home(under: home.path), environment: [:]).settings
    }

    private func read(
        _ labels: [String: String], named name: String = "web", in text: String = ""
    ) throws -> LabelledServices {
        let all = ["grapnel.enable": "true"].merging(labels) { $1 }
        return try settings(text).services(of: [LabelledContainer(name: name, labels: all)])
    }

    @Test(
        arguments: [
            ([:], ""),
            (["grapnel.pull": "never"], "container: { pull: never }"),
            (["grapnel.health.http": "http://127.0.0.1:80/x"], "health: { http: \"http://127.0.0.1:80/x\" }"),
            (
                ["grapnel.health.http.url": "http://127.0.0.1/", "grapnel.health.http.status": "[200, \"300-302\"]"],
                "health: { http: { url: \"http://127.0.0.1/\", status: [200, \"300-302\"] } }"
            ),
            (
                ["grapnel.health.tcp": "[::1]:80", "grapnel.health.stable": "2s", "grapnel.health.grace": "9m"],
                "health: { tcp: \"[::1]:80\", stable: 2s, grace: 9m }"
            ),
            (
                ["grapnel.health.interval": "1s", "grapnel.health.timeout": "3s"],
                "health: { interval: 1s, timeout: 3s }"
            ),
            (["grapnel.track": "tag:1.20"], "track: { tag: 1.20 }"),
            (["grapnel.track.tag": "7"], "track: { tag: 7 }"),
            (["grapnel.windows": "02:00-04:00"], "windows: 02:00-04:00"),
            (
                ["grapnel.windows": "[02:00-04:00, \"Sat,Sun 00:00-24:00\"]"],
                "windows: [02:00-04:00, \"Sat,Sun 00:00-24:00\"]"
            ),
            (["grapnel.paused": "yes", "grapnel.poll": "off"], "{ paused: yes, poll: off }"),
            (["grapnel.heal": "true"], "heal: true"), (["grapnel.heal.cooldown": "1m"], "heal: { cooldown: 1m }"),
            (["grapnel.allow_images": "[ghcr.io/me/*, nginx]"], "allow_images: [ghcr.io/me/*, nginx]"),
        ] as [([String: String], String)])
    func labelsMeanWhatTheSameKeysMeanInAFile(labels: [String: String], yaml: String) throws {
        let inner = yaml.hasPrefix("{") ? String(yaml.dropFirst().dropLast()) : yaml
        let head = inner.contains("container:") ? "" : "container: web, "
        let file = try settings("services: { web: { \(head)\(inner) } }").services
        let labelled = try read(labels)
        #expect(labelled.mistakes.map(\.description) == [])
        var expected = try #require(file.first)
        expected.position = nil
        #expect(labelled.entries.map(\.service) == [expected])
    }

    @Test func aPolicyIsGivenInOneLabelOrInSeveral() throws {
        let short = try read(["grapnel.track": "regex:^build-(?<n>[0-9]+)$", "grapnel.track.order": "numeric"])
        #expect(short.mistakes.map(\.description) == [])
        guard case .plugin(let use)? = short.entries.first?.service.track else {
            Issue.record("no plugin")
            return
        }
        #expect(use.plugin == "regex")
        #expect(use.options.json == ["regex": "^build-(?<n>[0-9]+)$", "order": "numeric"])
        // What is wrong with an option is told by the label that holds it.
        #expect(use.options["regex"]?.position.description == "container web, label grapnel.track")
        #expect(use.options["order"]?.position.description == "container web, label grapnel.track.order")
        let text = ">=1.4 <2"
        let long = try read(["grapnel.track.semver": text])
        guard case .plugin(let other)? = long.entries.first?.service.track else {
            Issue.record("no plugin")
            return
        }
        #expect(other.options.json == ["semver": .string(text)])
    }

    @Test func whatTheSettingsSayForAllServicesHoldsForLabelsToo() throws {
        let service = try read([:], in: "poll: 7m\nwindows: 01:00-02:00\nallow_images: [nginx]").entries.first?.service
        #expect(service?.polling == .every(.seconds(420)))
        #expect(service?.windows.count == 1)
        #expect(service?.allowedImages == ["docker.io/library/nginx"])
    }

    @Test(
        arguments: [
            (["grapnel.helth.http": "x"], ["helth: unknown key, did you mean \"health\"?"]),
            (["grapnel.health.htp": "x"], ["health.htp: unknown key, did you mean \"http\"?"]),
            (
                ["grapnel.health.http": "localhost"],
                ["health.http: \"localhost\" is not a URL, expected for example \"http://127.0.0.1:8080/healthz\""]
            ),
            (
                ["grapnel.health.stable": "soon", "grapnel.poll": "1"],
                [
                    "health.stable: \"soon\" is not a duration, expected for example \"10s\", \"5m\" or \"1h30m\"",
                    "poll: \"1\" is not a duration, expected for example \"10s\", \"5m\" or \"1h30m\"",
                ]
            ),
            (["grapnel.health": "good"], ["health: \"good\", expected a mapping"]),
            (
                ["grapnel.health.http": "http://a/", "grapnel.health.http.status": "200"],
                [
                    "health.http: it stands beside labels that begin with \"grapnel.health.http.\", expected either it or them"
                ]
            ),
            (["grapnel.health.http.status": "[200, 99]"], nil),
            (["grapnel.windows": "[02:00"], ["windows: it is not a list, expected for example [\"a\", \"b\"]"]),
            (
                ["grapnel.track": "latest"],
                ["track: it names no way to choose a release, expected for example \"tag:latest\" or \"semver:^2\""]
            ),
            (["grapnel.track": "semver:^2.x.y"], nil),
            (
                ["grapnel.track": "tag:a", "grapnel.track.tag": "b"],
                ["track: it stands beside \"grapnel.track.tag\", expected either of them"]
            ),
            (["grapnel.pull": "nevr"], ["pull: \"nevr\" is not when to pull, did you mean \"never\"?"]),
            (
                ["grapnel.image": "Not An Image"],
                [
                    "image: \"Not An Image\" is not an image reference: the repository is not in lower case, expected "
                        + "for example \"ghcr.io/me/web:2.1\""
                ]
            ),
            // Nothing of this machine gets into a label, and no program runs because of one.
            (
                ["grapnel.health.http": "http://a/${file:/etc/shadow}"],
                [
                    "health.http: \"http://a/${file:/etc/shadow}\": variables are filled in in files only, expected a "
                        + "value without one"
                ]
            ),
            (
                ["grapnel.health.exec": "/bin/true"],
                [
                    "health.exec: it would run on this machine, and the settings do not let labels do that, expected "
                        + "Docker's own health check, a file, or \"discover: { exec: true }\" in the settings"
                ]
            ),
            (
                ["grapnel.script.run": "/bin/true"],
                ["script: what has labels is moved as a container, expected other drivers in files only"]
            ),
            (
                ["grapnel.registry.password": "x"],
                [
                    "registry: credentials do not belong into labels, expected them under \"registries\" in the settings"
                ]
            ),
            (["grapnel.enabled": "no"], ["enabled: expected \"grapnel.enable\""]),
            (["grapnel.enable": "maybe"], ["enable: \"maybe\", expected true or false"]),
            (["grapnel.name": "My Web"], nil),
        ] as [([String: String], [String]?)])
    func aMistakeNamesTheContainerAndTheLabel(labels: [String: String], expected: [String]?) throws {
        let found = try read(labels)
        #expect(found.entries.isEmpty)
        let lines = found.mistakes.map(\.description)
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { $0.hasPrefix("container web, label grapnel.") })
        if let expected { #expect(lines == expected.map { "container web, label grapnel.\($0)" }) }
    }

    @Test func aProgramRunsWhenTheSettingsLetLabelsDoThat() throws {
        let labels = ["grapnel.health.exec": "[/usr/bin/check, \"a b\"]"]
        let service = try read(labels, in: "discover: { exec: true }").entries.first?.service
        #expect(service?.health.exec?.arguments == ["/usr/bin/check", "a b"])
    }

    @Test(arguments: ["false", "no", "off"])
    func aContainerThatSaysNoIsNone(word: String) throws {
        let found = try read(["grapnel.enable": word, "grapnel.nonsense": "1"])
        #expect(found.entries.isEmpty && found.mistakes.isEmpty)
    }

    @Test func aContainerWithoutANameForAServiceNeedsOneAndAllElseIsTold() throws {
        let bad = try read(["grapnel.helth": "1"], named: "Web_1")
        #expect(
            bad.mistakes.map(\.description) == [
                "container Web_1, label grapnel.enable: the container's name is not a service's name, expected another "
                    + "one by the label \"grapnel.name\": at most 63 lower-case letters, digits, \".\", \"_\" and \"-\", "
                    + "the first a letter or digit",
                "container Web_1, label grapnel.helth: unknown key, did you mean \"health\"?",
            ])
        let good = try read(["grapnel.name": "shop"], named: "Web_1").entries.first?.service
        #expect(good?.name == "shop")
        #expect(good?.kind == .container(ContainerDefinition(container: "Web_1")))
    }

    @Test func aFileComesFirst() throws {
        let home = FileTree()
        let file = home.file(
            "grapnel.yaml", "services:\n  web: { script: { run: [x] } }\n  cache:\n    container: redis-1\n")
        let settings = try Settings.load(Home(under: home.path), environment: [:]).settings
        let found = settings.services(of: [
            LabelledContainer(name: "web", labels: ["grapnel.enable": "true"]),
            LabelledContainer(name: "redis-1", labels: ["grapnel.enable": "true"]),
            LabelledContainer(name: "third", labels: ["grapnel.enable": "true"]),
        ])
        #expect(found.entries.map(\.service.name) == ["third"])
        #expect(found.mistakes.isEmpty)
        #expect(
            found.warnings.map(\.description) == [
                "container redis-1, label grapnel.enable: the service \"cache\" at \(file):3:3 is this container, which "
                    + "counts; these labels do nothing",
                "container web, label grapnel.enable: the service \"web\" is described at \(file):2:3, which counts; these "
                    + "labels do nothing",
            ])
    }

    @Test func ofTwoContainersThatWantOneNameNeitherGetsIt() throws {
        let found = try settings("").services(of: [
            LabelledContainer(name: "web", labels: ["grapnel.enable": "true"]),
            LabelledContainer(name: "web-2", labels: ["grapnel.enable": "true", "grapnel.name": "web"]),
            LabelledContainer(name: "api", labels: ["grapnel.enable": "true"]),
        ])
        #expect(found.entries.map(\.service.name) == ["api"])
        #expect(
            found.mistakes.map(\.description) == [
                "container web, label grapnel.enable: the containers \"web\" and \"web-2\" want to be the service \"web\", "
                    + "and none of them is, expected different names by the label \"grapnel.name\""
            ])
    }

    /// Labels come from outside: no depth and no content of them is more than a mistake.
    @Test func whateverLabelsSayNothingCrashes() throws {
        let deep = "grapnel" + String(repeating: ".health", count: 40_000)
        for (name, text) in [
            (deep, "x"), ("grapnel.", ""), ("grapnel..", "[[[["), ("grapnel.health.", "{"), ("grapnel.windows", "[*a]"),
            ("grapnel.windows", "[" + String(repeating: "[", count: 5_000)), ("grapnel.track", ":"),
            ("grapnel.track.plugin", "\u{0}"), ("grapnel.health.exec", "[]"), ("grapnel.name", ""), ("grapnel", "x"),
        ] {
            let found = try read([name: text])
            #expect(!found.mistakes.isEmpty, "\(name.prefix(40))=\(text.prefix(20))")
            #expect(found.mistakes.allSatisfy { !$0.description.contains("\u{0}") })
        }
    }

    // MARK: - The settings for it

    @Test func labelsAreLookedForUnlessTheSettingsSayOtherwise() throws {
        #expect(try settings("").discovery == settings("discover: labels").discovery)
        #expect(try settings("").discovery.isOn)
        #expect(try !settings("discover: off").discovery.isOn)
        let all = try settings("discover: { labels: off, every: 5m, exec: true }").discovery
        #expect(!all.isOn && all.every == .seconds(300) && all.allowsExec)
        #expect(
            MistakeTests.mistakes(["grapnel.yaml": "discover: lables"]) == [
                "grapnel.yaml:1:11: discover: \"lables\" is not a way to find services, expected \"labels\", \"off\" or a "
                    + "mapping"
            ])
        #expect(
            MistakeTests.mistakes(["grapnel.yaml": "discover: { every: 1ms }"]) == [
                "grapnel.yaml:1:20: discover.every: 1ms is too short, expected at least 1s"
            ])
    }

    @Test func aServiceThatNoFileDescribesMayBeFoundByLabels() throws {
        let text =
            "services: { web: { script: { run: [x] } } }\nnotify: [{ plugin: webhook, services: [wb, web, api] }]"
        let home = FileTree()
        home.file("grapnel.yaml", text)
        let examined = Settings.examine(Home(under: home.path), environment: [:])
        #expect(examined.mistakes.isEmpty)
        #expect(examined.references.map(\.name) == ["wb", "api"])
        #expect(examined.settings.notify.first?.services == ["wb", "web", "api"])
        #expect(
            examined.references.first?.warning(among: ["web"]).description
                == "\(home.path)/grapnel.yaml:2:40: notify[0].services[0]: there is no service \"wb\", neither in the files "
                + "nor by a container's labels, did you mean \"web\"?")
        #expect(
            MistakeTests.mistakes(["grapnel.yaml": "discover: off\n" + text]) == [
                "grapnel.yaml:3:40: notify[0].services[0]: there is no service \"wb\", did you mean \"web\"?",
                "grapnel.yaml:3:49: notify[0].services[2]: there is no service \"api\"",
            ])
    }
}
