import Model
import Settings
import TestKit
import Testing

/// What people read when their settings are wrong, word for word.
struct MistakeTests {
    private static let environment = ["TOKEN": "hunter2", "EMPTY": "", "N": "7"]

    /// The mistakes of a home, without the path of its directory.
    static func mistakes(
        _ files: [String: String], environment: [String: String] = environment
    ) -> [String] {
        let home = FileTree()
        for (name, text) in files { home.file(name, text) }
        do {
            _ = try Settings.load(Home(under: home.path), environment: environment)
            return []
        } catch {
            return error.mistakes.map { without(home.path + "/", "\($0)") }
        }
    }

    static func without(_ part: String, _ text: String) -> String {
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix(part) { rest = rest.dropFirst(part.count) } else { result.append(rest.removeFirst()) }
        }
        return result
    }

    /// One service `web` with a script, and one more line in it.
    private static func service(_ line: String) -> String {
        "services:\n  web:\n    script: { run: [x] }\n    \(line)\n"
    }

    @Test(
        arguments: [
            // Unknown keys: the nearest one, or all.
            (service("helth: {}"), "4:5: services.web.helth: unknown key, did you mean \"health\"?"),
            (service("health: { graec: 5s }"), "4:15: services.web.health.graec: unknown key, did you mean \"grace\"?"),
            ("log: { colour: true }", "1:8: log.colour: unknown key, expected \"format\", \"level\" or \"file\""),
            ("tls: { cert: a, key: b, ca: c }", "1:25: tls.ca: unknown key, expected \"cert\" or \"key\""),
            ("servces: {}", "1:1: servces: unknown key, did you mean \"services\"?"),

            // Wrong kinds.
            ("- a", "1:1: it is a list, expected a mapping with the settings"),
            ("hello", "1:1: \"hello\", expected a mapping with the settings"),
            ("log: [a]", "1:6: log: it is a list, expected a mapping"),
            ("log: loud", "1:6: log: \"loud\", expected a mapping"),
            ("services: [a]", "1:11: services: it is a list, expected a mapping of names to services"),
            ("services: { web: 3 }", "1:18: services.web: \"3\", expected a mapping with the service's settings"),
            ("notify: { plugin: slack }", "1:9: notify: it is a mapping, expected a list of mappings"),
            ("notify: [{ url: x }]", "1:10: notify[0]: the key \"plugin\" is missing"),
            ("compat: autodok", "1:9: compat: \"autodok\", expected a list, for example [autodok, dockward]"),

            // Durations and sizes.
            (
                "hooks: { timeout: 10 }",
                "1:19: hooks.timeout: \"10\" is not a duration, expected for example \"10s\", \"5m\" or \"1h30m\""
            ),
            ("hooks: { timeout: 0s }", "1:19: hooks.timeout: 0s is too short, expected at least 100ms"),
            ("hooks: { timeout: }", "1:19: hooks.timeout: it is empty, expected a duration"),
            ("hooks: { timeout: [5s] }", "1:19: hooks.timeout: it is a list, expected a duration"),
            ("hooks: { memory: lots }", "1:18: hooks.memory: \"lots\" is not a size, expected for example \"64M\""),
            ("hooks: { memory: 64 }", "1:18: hooks.memory: 64 is too small, expected at least 1M"),
            (
                "poll: sometimes",
                "1:7: poll: \"sometimes\" is not a duration, expected for example \"10s\", \"5m\" or \"1h30m\""
            ),
            ("poll: { evry: 5m }", "1:9: poll.evry: unknown key, did you mean \"every\"?"),
            (
                service("health: { stable: 2m }"),
                "4:23: services.web.health.stable: stable (2m) is longer than grace (1m), so nothing could pass"
            ),

            // Numbers, truths and choices.
            ("deploys: { concurrency: 0 }", "1:25: deploys.concurrency: \"0\", expected a whole number from 1 to 64"),
            (
                "deploys: { concurrency: two }",
                "1:25: deploys.concurrency: \"two\", expected a whole number from 1 to 64"
            ),
            (
                "deploys: { concurrency: 1.5 }",
                "1:25: deploys.concurrency: \"1.5\", expected a whole number from 1 to 64"
            ),
            (
                "deploys: { concurrency: \"${TOKEN}\" }",
                "1:25: deploys.concurrency: \"${TOKEN}\", expected a whole number from 1 to 64"
            ),
            (service("enabled: maybe"), "4:14: services.web.enabled: \"maybe\", expected true or false"),
            (service("enabled: \"no\""), "4:14: services.web.enabled: \"no\", expected true or false"),
            ("log: { format: jsn }", "1:16: log.format: \"jsn\" is not a log format, did you mean \"json\"?"),
            (
                "log: { level: loud }",
                "1:15: log.level: \"loud\" is not a log level, expected \"debug\", \"info\", \"warning\" or \"error\""
            ),
            (
                "hooks: { allow: [http, execute] }",
                "1:24: hooks.allow[1]: \"execute\" is not a power, expected \"http\", \"exec\", \"docker\", \"files\" or \"secrets\""
            ),
            (
                "notify: [{ plugin: x, events: [rolledback] }]",
                "1:32: notify[0].events[0]: \"rolledback\" is not an event, did you mean \"rolled-back\"?"
            ),
            ("compat: [autodock]", "1:10: compat[0]: \"autodock\" is not an agent, did you mean \"autodok\"?"),
            ("compat: [gopdatr: {}]", "1:10: compat[0]: \"gopdatr\" is not an agent, did you mean \"gopdater\"?"),
            (
                "compat: [{ autodok: {}, dockward: {} }]",
                "1:10: compat[0]: it has 2 keys, expected one entry of the list for each agent"
            ),
            ("compat: [gopdater: { ower: me }]", "1:22: compat[0].gopdater.ower: unknown key, did you mean \"owner\"?"),

            // Addresses.
            (
                "listen: 8470",
                "1:9: listen: \"8470\" is not an address to listen at, expected for example \"127.0.0.1:8470\""
            ),
            (
                "listen: \"::1:8470\"",
                "1:9: listen: \"::1:8470\" is not an address to listen at, expected for example \"127.0.0.1:8470\""
            ),
            (
                "listen: 127.0.0.1:84700",
                "1:9: listen: \"127.0.0.1:84700\" is not an address to listen at, expected for example \"127.0.0.1:8470\""
            ),
            (
                "listen: 0.0.0.0:8470",
                "1:9: listen: \"0.0.0.0:8470\" can be reached from other machines without TLS, expected \"tls\", \"trusted_proxies\" or, if that is wanted, \"plain_http: true\""
            ),
            (
                "trusted_proxies: [10.0.0.1/8]",
                "1:19: trusted_proxies[0]: \"10.0.0.1/8\" is not a range of addresses: it has bits behind its prefix, expected for example \"10.0.0.0/8\" or \"::1\""
            ),
            (
                service("health: { tcp: 5432 }"),
                "4:20: services.web.health.tcp: \"5432\" is not an address with a port, expected for example \"127.0.0.1:5432\""
            ),
            (
                service("health: { http: localhost/x }"),
                "4:21: services.web.health.http: \"localhost/x\" is not a URL, expected for example \"http://127.0.0.1:8080/healthz\""
            ),
            (
                service("health: { http: { url: http://a, status: 2xx } }"),
                "4:46: services.web.health.http.status: \"2xx\" is not a status, expected for example 200 or \"200-299\""
            ),
            (
                service("health: { http: { status: 200 } }"),
                "4:21: services.web.health.http: the key \"url\" is missing"
            ),
            ("tls: { cert: a }", "1:6: tls: the key \"key\" is missing"),

            // Windows.
            (
                "windows: [2-4]",
                "1:11: windows[0]: \"2-4\" is not a window: \"2\" is not a time, expected for example \"02:00-04:00\" or \"Mon-Fri 22:00-06:00 Europe/Berlin\""
            ),

            (
                "windows: 02:00-04:00 Europe/Berln",
                "1:10: windows: \"02:00-04:00 Europe/Berln\" names no time zone of /usr/share/zoneinfo, expected for example \"Europe/Berlin\""
            ),

            // Services.
            (
                "services: { Web: {} }",
                "1:13: services.Web: \"Web\" is not a service's name, expected at most 63 lower-case letters, digits, \".\", \"_\" and \"-\", the first a letter or digit"
            ),
            (
                "services: { web: {} }",
                "1:18: services.web: the key \"driver\" is missing, expected \"container\", \"compose\", \"swarm\" or \"script\""
            ),
            (
                "services: { web: { driver: dcoker } }",
                "1:28: services.web.driver: \"dcoker\" is not a driver, expected \"container\", \"compose\", \"swarm\" or \"script\""
            ),
            (
                "services: { web: { driver: scirpt } }",
                "1:28: services.web.driver: \"scirpt\" is not a driver, did you mean \"script\"?"
            ),
            ("services: { web: { driver: script } }", "1:18: services.web: the key \"script\" is missing"),
            ("services: { web: { script: {} } }", "1:28: services.web.script: the key \"run\" is missing"),
            (
                "services: { web: { driver: script, script: { run: x }, swarm: { service: y } } }",
                "1:63: services.web.swarm: this service is moved by \"script\", expected no other driver's settings"
            ),
            (
                "services: { web: { script: { run: make deploy } } }",
                "1:35: services.web.script.run: \"make deploy\" is several words, expected a list: [\"make\", \"deploy\"]"
            ),
            (
                "services: { web: { script: { run: [] } } }",
                "1:35: services.web.script.run: it names no program, expected a program and its arguments, for example [\"./deploy.sh\", \"now\"]"
            ),
            (
                "services: { web: { script: { run: x, environment: { 1X: a } } } }",
                "1:53: services.web.script.environment.1X: \"1X\" is not a variable's name, expected letters, digits and \"_\""
            ),
            (
                service("image: nginx"),
                "4:12: services.web.image: a script service has no image, expected it only with other drivers"
            ),
            (
                "services: { web: { compose: { file: a } } }",
                "1:18: services.web: neither compose.service nor image says which of the project's services it is, expected one of them"
            ),
            (
                "services: { web: { compose: { file: a, service: b, pin: files } } }",
                "1:57: services.web.compose.pin: \"files\" is not a place to pin, did you mean \"file\"?"
            ),

            // Images and tracks.
            (
                "services: { web: { container: x } }",
                "1:31: services.web.container: \"x\" is not a container's name, expected at least two letters, digits, \"_\", \".\" and \"-\""
            ),
            (
                "services: { web: { container: { pull: nevr } } }",
                "1:39: services.web.container.pull: \"nevr\" is not when to pull, did you mean \"never\"?"
            ),
            (
                "services: { web: { driver: container, image: me/Web } }",
                "1:46: services.web.image: \"me/Web\" is not an image reference: the repository is not in lower case, expected for example \"ghcr.io/me/web:2.1\""
            ),
            (
                "services: { web: { driver: container, image: \"me/web:1\", track: { semver: 1 } } }",
                "1:46: services.web.image: it has the tag \"1\" beside track, expected only one of them"
            ),
            (
                "services: { web: { driver: container, image: w, track: latest } }",
                "1:56: services.web.track: \"latest\", expected a mapping, for example { tag: latest }"
            ),
            (
                "services: { web: { driver: container, image: w, track: { semver: ^2.x.y } } }",
                "1:66: services.web.track.semver: \"^2.x.y\" is not a version range, expected for example \"^2\" or \">=1.4 <2\""
            ),
            (
                "services: { web: { driver: container, image: w, track: { semvr: ^2 } } }",
                "1:58: services.web.track.semvr: unknown key, did you mean \"semver\"?"
            ),
            (
                "services: { web: { driver: container, image: w, track: { semver: ^2, glob: a } } }",
                "1:56: services.web.track: it has \"semver\" and \"glob\", expected only one of them"
            ),
            (
                "services: { web: { driver: container, image: w, track: { regex: \"a(\" } } }",
                "1:65: services.web.track.regex: \"a(\" is not a regular expression: missing closing parenthesis (character 3)"
            ),
            (
                "services: { web: { driver: container, image: w, track: { tag: a/b } } }",
                "1:63: services.web.track.tag: \"a/b\" is not a tag, expected for example \"latest\""
            ),
            (
                "services: { web: { driver: container, image: w, track: { tag: a, by: n } } }",
                "1:66: services.web.track.by: unknown key, expected \"exclude\", \"age\", \"tag\", \"plugin\", \"semver\", \"glob\", \"regex\", \"newest\", \"calver\" or \"numeric\""
            ),
            (
                "allow_images: [\"ghcr.io/me/web:1\"]",
                "1:16: allow_images[0]: \"ghcr.io/me/web:1\" is not a repository, expected for example \"ghcr.io/me/web\" or \"ghcr.io/me/*\""
            ),

            // Registries.
            (
                "registries: { ghcr: {} }",
                "1:15: registries.ghcr: \"ghcr\" is not a registry, expected for example \"ghcr.io\" or \"ghcr.io/me\""
            ),
            (
                "registries: { docker.io: {}, index.docker.io: {} }",
                "1:47: registries.index.docker.io: the registry \"docker.io\" is already given, expected each one once"
            ),
            (
                "registries: { ghcr.io: { username: me } }",
                "1:24: registries.ghcr.io: it has a username only, expected both or neither"
            ),
            (
                "registries: { ghcr.io: { key: me } }",
                "1:24: registries.ghcr.io: it has a key only, expected both or neither"
            ),

            // One container, two services.
            (
                "services:\n  web: { driver: container }\n  old: { enabled: false, container: { name: web, pull: never } }",
                "3:3: services.old: the container \"web\" is already the service \"web\" at grapnel.yaml:2:3, expected one service "
                    + "for each container"
            ),

            // What refers to something that is not there.
            (
                service("enabled: true\ndiscover: off\nwebhooks: { a: { services: [wb] } }"),
                "6:29: webhooks.a.services[0]: there is no service \"wb\", did you mean \"web\"?"
            ),
            ("webhooks: { a: { command: backup } }", "1:27: webhooks.a.command: there is no command \"backup\""),
            (
                "webhooks: { a: { arguments: [x] } }",
                "1:29: webhooks.a.arguments: there is no command to give them to, expected the key \"command\""
            ),

            // Tokens.
            (
                "auth: { jwt: { algorithm: none } }",
                "1:27: auth.jwt.algorithm: \"none\" is not an algorithm, expected \"HS256\", \"RS256\", \"ES256\" or \"EdDSA\""
            ),
            (
                "auth: { jwt: { algorithm: HS256 } }",
                "1:14: auth.jwt: HS256 is checked with a secret, expected the key \"secret\" and neither \"key\" nor \"jwks\""
            ),
            (
                "auth: { jwt: { algorithm: RS256, secret: x } }",
                "1:14: auth.jwt: RS256 is checked with a public key, expected the key \"key\" or \"jwks\" and no \"secret\""
            ),

            // Variables. What they hold is never shown.
            (
                "listen: \"${NOPE}\"",
                "1:9: listen: the variable \"NOPE\" is not set, expected it in the environment or the file env"
            ),
            (
                "listen: \"${TOKEN}\"",
                "1:9: listen: \"${TOKEN}\" is not an address to listen at once its variables are filled in, expected for example \"127.0.0.1:8470\""
            ),
            (
                "windows: [\"${TOKEN}\"]",
                "1:11: windows[0]: \"${TOKEN}\" is not a window once its variables are filled in, expected for example \"02:00-04:00\" or \"Mon-Fri 22:00-06:00 Europe/Berlin\""
            ),
            (
                "log: { level: \"${TOKEN}\" }",
                "1:15: log.level: \"${TOKEN}\" is not a log level once its variables are filled in, expected \"debug\", \"info\", \"warning\" or \"error\""
            ),
            (
                "listen: \"${TOKEN\"",
                "1:9: listen: \"${\" has no closing brace, expected \"$${\" where no variable is meant"
            ),
            (
                "listen: \"${a b}\"",
                "1:9: listen: \"${a b}\" is not a variable, expected \"${NAME}\", \"${NAME:-default}\" or \"${file:PATH}\""
            ),
            ("listen: \"${file:nope}\"", "1:9: listen: the file cannot be read: nope: no such file or directory"),
            ("docker_config: \"${EMPTY}\"", "1:16: docker_config: \"${EMPTY}\" is empty, expected a path"),
            (
                "notify: [{ plugin: x, url: \"${NOPE}\" }]",
                "1:28: notify[0].url: the variable \"NOPE\" is not set, expected it in the environment or the file env"
            ),
            ("docker_config: true", "1:16: docker_config: \"true\" is not text, expected a path in quotes"),

            // YAML's own.
            ("é: &a [x]\n<<: *a\n", "2:1: \"<<\" takes a list, expected a mapping or a list of them"),
        ] as [(String, String)])
    func namesThePlaceAndWhatWasExpected(text: String, expected: String) {
        #expect(Self.mistakes(["grapnel.yaml": text]) == ["grapnel.yaml:\(expected)"])
    }
}
