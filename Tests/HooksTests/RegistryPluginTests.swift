import Crypto
import HTTPClient
import Hooks
import Lifecycle
import Model
import Processes
import TestKit
import Testing

/// Against servers that do what the clouds' documents say; the clouds themselves are out of reach.
@Suite("Plugins for registries")
struct RegistryPluginTests {
    private let files = FileTree()

    private func plugin(
        _ name: String, _ options: [(String, String)], environment: [String: String] = [:], directories: [String] = []
    ) async throws -> RegistryPlugin {
        let catalog = await PluginCatalog.load(directories: directories)
        let position = Position(file: "grapnel.yaml", line: 1, column: 1)
        let members = options.map { key, value in
            LocatedValue.Member(
                key: key, keyPosition: position,
                value: LocatedValue(.string(value), at: position, source: value, text: value))
        }
        let use = PluginUse(
            plugin: name, options: LocatedValue(.object(members), at: position), position: position,
            place: "registries.\"r\"")
        #expect(catalog.check(use, as: .registry, allowed: Set(Power.allCases)) == [])
        var all = ["PATH": "/usr/bin:/bin", "HOME": files.path("nobody")]
        all.merge(environment) { $1 }
        let services = HostServices(clock: ManualClock(), http: HTTPClient(), store: MemoryStore(), environment: all)
        let surroundings = HookSurroundings(limits: HookLimits(), services: services) { _, _ in }
        return RegistryPlugin(try catalog.find(.registry, name), use, surroundings: surroundings) { _ in }
    }

    private let image: ImageReference

    init() throws { image = try ImageReference("123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/web:1") }

    private func problem(_ work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? Problem)?.description
        }
    }

    @Test("what no moment can be is none, and no password lasts until then")
    func impossibleTimes() async throws {
        for number in ["1e300", "math.huge", "-1e300", "0/0"] {
            files.file(
                "plugins/registry/own.lua",
                """
                return {
                  api = 1, kind = "registry", name = "own", summary = "s",
                  credentials = function() return { username = "u", password = "p", expires = \(number) } end,
                  pushed = function() return { ["1"] = \(number), ["2"] = 1700000000 } end,
                }
                """)
            let own = try await plugin("own", [], directories: [files.path("plugins")])
            #expect(
                await problem { _ = try await own.credentials(for: image) }?.contains("expected seconds since 1970")
                    == true)
            let times = try await own.pushed(in: image, at: "", as: nil)
            #expect(times == ["2": Timestamp(microseconds: 1_700_000_000_000_000)])
        }
    }

    // MARK: - ECR

    /// It answers who signs with the key `AKID`, as the service does.
    private func amazon(_ more: @escaping @Sendable (String) -> String? = { _ in nil }) -> ScriptedServer {
        ScriptedServer { peer in
            while let request = peer.request() {
                if let answer = more(request) {
                    peer.answer(answer)
                    continue
                }
                let lower = request.lowercased()
                guard request.hasPrefix("POST / "),
                    lower.contains("credential=akid/20270115/eu-central-1/ecr/aws4_request"),
                    lower.contains("content-type: application/x-amz-json-1.1")
                else {
                    peer.answer(
                        #"{"__type":"UnrecognizedClientException","message":"The security token is invalid"}"#,
                        status: "400 Bad Request")
                    continue
                }
                if request.contains("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken") {
                    let token = Base64.standard.encode("AWS:pass:word".utf8)
                    peer.answer(
                        #"{"authorizationData":[{"authorizationToken":"\#(token)","expiresAt":1.8000432E9,"proxyEndpoint":"https://x"}]}"#
                    )
                } else if request.contains(#""nextToken":"more""#) {
                    peer.answer(#"{"imageDetails":[{"imageTags":["3"],"imagePushedAt":1.7000003E9}]}"#)
                } else {
                    peer.answer(
                        #"{"imageDetails":[{"imageTags":["1","2"],"imagePushedAt":1.7E9},{"imageDigest":"x"}],"nextToken":"more"}"#
                    )
                }
            }
        }
    }

    @Test("the token of Amazon's registry is got with keys from the options, and so are the times of pushes")
    func ecr() async throws {
        let server = amazon()
        let ecr = try await plugin(
            "ecr", [("endpoint", server.url), ("access_key_id", "AKID"), ("secret_access_key", "hidden")])
        let lent = try #require(try await ecr.credentials(for: image))
        #expect(lent.credentials == RegistryCredentials(host: image.host, user: "AWS", password: Secret("pass:word")))
        #expect(lent.expires == Timestamp(microseconds: 1_800_043_200_000_000))
        let times = try await ecr.pushed(in: image, at: "", as: nil)
        #expect(
            times == [
                "1": Timestamp(microseconds: 1_700_000_000_000_000),
                "2": Timestamp(microseconds: 1_700_000_000_000_000),
                "3": Timestamp(microseconds: 1_700_000_300_000_000),
            ])
        #expect(server.requests.allSatisfy { !$0.contains("hidden") })
        #expect(server.requests.contains { $0.contains(#""repositoryName":"team/web""#) })

        let wrong = try await plugin(
            "ecr", [("endpoint", server.url), ("access_key_id", "OTHER"), ("secret_access_key", "hidden")])
        let refusal = await problem { _ = try await wrong.credentials(for: image) }
        #expect(
            refusal?.contains("GetAuthorizationToken was answered with status 400: The security token is invalid")
                == true, "\(refusal ?? "")")
    }

    @Test("keys are found where Amazon's own tools look for them")
    func sources() async throws {
        let lent = #"{"AccessKeyId":"AKID","SecretAccessKey":"s","Token":"lent","Expiration":"2027-01-15T12:00:00Z"}"#
        let server = amazon { request in
            if request.hasPrefix("GET /task ") { return request.contains("Authorization: let me\r\n") ? lent : "{}" }
            if request.hasPrefix("PUT /latest/api/token ") { return "session" }
            if request.hasPrefix("GET /latest/meta-data/iam/security-credentials/ ") { return "my-role" }
            if request.hasPrefix("GET /latest/meta-data/iam/security-credentials/my-role ") {
                return request.contains("X-aws-ec2-metadata-token: session\r\n") ? lent : "{}"
            }
            if request.contains("Action=AssumeRoleWithWebIdentity") {
                let isGood =
                    request.contains("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr")
                    && request.contains("WebIdentityToken=web.token")
                return isGood
                    ? "<R><Credentials><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>lent</SessionToken></Credentials></R>"
                    : "<Error/>"
            }
            return nil
        }
        let keys = files.file(
            "keys",
            "[default]\naws_access_key_id = NO\naws_secret_access_key=no\n[prod]\naws_access_key_id=AKID\n aws_secret_access_key = s \n"
        )
        let token = files.file("token", "web.token\n")
        let cases: [(String, [(String, String)], [String: String])] = [
            ("environment", [], ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s"]),
            ("file", [("profile", "prod")], ["AWS_SHARED_CREDENTIALS_FILE": keys]),
            ("profile", [], ["AWS_SHARED_CREDENTIALS_FILE": keys, "AWS_PROFILE": "prod"]),
            (
                "web identity", [("sts_endpoint", server.url)],
                ["AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"]
            ),
            (
                "container", [],
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/task",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let me",
                ]
            ),
            ("machine", [("metadata", server.url)], [:]),
        ]
        for (name, options, environment) in cases {
            let ecr = try await plugin("ecr", [("endpoint", server.url)] + options, environment: environment)
            let found = try await ecr.credentials(for: image)
            #expect(found?.credentials.host == image.host, "\(name)")
            let isLent = !["environment", "file", "profile"].contains(name)
            #expect(server.requests.last?.lowercased().contains("x-amz-security-token: lent") == isLent, "\(name)")
        }
        let none = try await plugin(
            "ecr", [("endpoint", server.url)], environment: ["AWS_EC2_METADATA_DISABLED": "true"])
        #expect(await problem { _ = try await none.credentials(for: image) }?.contains("there are no keys") == true)
        let elsewhere = try await plugin("ecr", [])
        let other = try ImageReference("registry.example/web")
        #expect(
            await problem { _ = try await elsewhere.credentials(for: other) }?.contains("does not name its region")
                == true)
    }

    // MARK: - GCR

    @Test("a token of Google's registry is got with a service account's key, whose signature is good")
    func serviceAccount() async throws {
        let (key, open) = (files.path("key.pem"), files.path("public.pem"))
        #expect(try await Process.run(ProcessSpec(["openssl", "genrsa", "-out", key, "2048"])).succeeded)
        #expect(try await Process.run(ProcessSpec(["openssl", "rsa", "-in", key, "-pubout", "-out", open])).succeeded)
        let server = ScriptedServer { peer in
            while peer.request() != nil {
                peer.answer(#"{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}"#)
            }
        }
        let account: JSON = [
            "type": "service_account", "client_email": "deploy@project.iam.gserviceaccount.com", "private_key_id": "k1",
            "private_key": .string(files.read("key.pem") ?? ""), "token_uri": .string(server.url + "/token"),
        ]
        let reference = try ImageReference("europe-docker.pkg.dev/project/repo/web:1")
        let path = files.file("account.json", account.text)
        for gcr in [
            try await plugin("gcr", [("service_account", account.text)]),
            try await plugin("gcr", [], environment: ["GOOGLE_APPLICATION_CREDENTIALS": path]),
        ] {
            let lent = try #require(try await gcr.credentials(for: reference))
            #expect(
                lent.credentials
                    == RegistryCredentials(
                        host: reference.host, user: "oauth2accesstoken", password: Secret("ya29.token")))
            #expect(lent.expires == ManualClock().now() + .seconds(3599))
            let body = try #require(server.requests.last?.split(separator: "\r\n\r\n").last)
            #expect(body.hasPrefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="))
            let parts = try #require(body.split(separator: "=").last).split(separator: ".")
            try #require(parts.count == 3)
            let claims = try JSON(parsing: try #require(Base64.urlSafe.decode(parts[1])))
            #expect(
                claims["iss"] == "deploy@project.iam.gserviceaccount.com"
                    && claims["aud"]?.string == server.url + "/token")
            #expect(claims["exp"]?.integer == claims["iat"]?.integer.map { $0 + 3600 })
            files.file("signature", try #require(Base64.urlSafe.decode(parts[2])), mode: 0o600)
            let text = files.file("text", "\(parts[0]).\(parts[1])")
            let check = try await Process.run(
                ProcessSpec([
                    "openssl", "dgst", "-sha256", "-verify", open, "-signature", files.path("signature"), text,
                ]))
            #expect(check.succeeded, "\(check.outputText)")
        }
    }

    @Test("a user's own credentials and the machine's account are traded for a token too")
    func otherGoogle() async throws {
        let server = ScriptedServer { peer in
            while let request = peer.request() {
                let isUser = request.hasSuffix(
                    "grant_type=refresh_token&client_id=c%2F1&client_secret=s&refresh_token=r")
                let isMachine =
                    request.hasPrefix("GET /computeMetadata/v1/instance/service-accounts/default/token ")
                    && request.contains("Metadata-Flavor: Google\r\n")
                peer.answer(#"{"access_token":"t","expires_in":60}"#, status: isUser || isMachine ? "200 OK" : "400 No")
            }
        }
        let reference = try ImageReference("gcr.io/project/web:1")
        let user = files.file(
            "user.json", #"{"type":"authorized_user","client_id":"c/1","client_secret":"s","refresh_token":"r"}"#)
        let gcr = try await plugin(
            "gcr", [("token_url", server.url)], environment: ["GOOGLE_APPLICATION_CREDENTIALS": user])
        #expect(
            try await gcr.credentials(for: reference)?.credentials.proof
                == .password(user: "oauth2accesstoken", Secret("t")))
        let machine = try await plugin("gcr", [("metadata", server.url)])
        #expect(try await machine.credentials(for: reference)?.expires == ManualClock().now() + .seconds(60))
        let strange = files.file("strange.json", #"{"type":"external_account"}"#)
        let other = try await plugin("gcr", [], environment: ["GOOGLE_APPLICATION_CREDENTIALS": strange])
        #expect(
            await problem { _ = try await other.credentials(for: reference) }?.contains(
                "\"external_account\" are not known") == true)
    }

    @Test("what Google's registry tells beside its tags is when they were pushed")
    func googleTimes() async throws {
        let server = ScriptedServer { peer in
            while let request = peer.request() {
                let isKnown = request.contains("Authorization: Basic \(Base64.standard.encode("u:p".utf8))\r\n")
                peer.answer(
                    #"{"name":"project/web","tags":["1"],"child":[],"manifest":{"sha256:a":{"timeUploadedMs":"1700000000500","tag":["1","latest"]},"sha256:b":{"timeUploadedMs":"1","tag":[]}}}"#,
                    status: isKnown ? "200 OK" : "401 No")
            }
        }
        let gcr = try await plugin("gcr", [])
        let reference = try ImageReference("gcr.io/project/web:1")
        let me = RegistryCredentials(host: "gcr.io", user: "u", password: Secret("p"))
        let moment = Timestamp(microseconds: 1_700_000_000_500_000)
        #expect(try await gcr.pushed(in: reference, at: server.url, as: me) == ["1": moment, "latest": moment])
        #expect(
            await problem { _ = try await gcr.pushed(in: reference, at: server.url, as: nil) }?.contains("status 401")
                == true)
    }

    // MARK: - Times elsewhere

    @Test("Docker Hub's pages are read, on its own host only")
    func dockerHub() async throws {
        let server = ScriptedServer { peer in
            while let request = peer.request() {
                peer.answer(
                    request.contains("page=2")
                        ? #"{"next":null,"results":[{"name":"1.25","tag_last_pushed":"2024-01-02T03:04:05.123456Z"}]}"#
                        : #"{"next":"https://169.254.169.254/v2/repositories/library/nginx/tags?page=2","results":[{"name":"1.26","tag_last_pushed":null,"last_updated":"2024-05-01T00:00:00Z"}]}"#
                )
            }
        }
        let hub = try await plugin("dockerhub", [("url", server.url)])
        let times = try await hub.pushed(in: try ImageReference("nginx:1.25"), at: "", as: nil)
        #expect(
            times == ["1.26": Timestamp("2024-05-01T00:00:00Z")!, "1.25": Timestamp("2024-01-02T03:04:05.123456Z")!])
        #expect(
            server.requests.first?.hasPrefix(
                "GET /v2/repositories/library/nginx/tags?page_size=100&ordering=last_updated ") == true)
        #expect(try await hub.credentials(for: ImageReference("nginx")) == nil)
    }

    @Test("GitHub tells of an organisation's packages and of a user's, to who has a token")
    func gitHub() async throws {
        let server = ScriptedServer { peer in
            while let request = peer.request() {
                if request.hasPrefix("GET /orgs/") {
                    peer.answer("{}", status: "404 Not Found")
                } else {
                    let isGood =
                        request.hasPrefix("GET /users/me/packages/container/team%2Fweb/versions?per_page=100&page=1 ")
                        && request.contains("Authorization: Bearer pat\r\n")
                    peer.answer(
                        #"[{"id":1,"updated_at":"2024-05-01T00:00:00Z","metadata":{"container":{"tags":["1","latest"]}}},{"metadata":{}}]"#,
                        status: isGood ? "200 OK" : "401 No")
                }
            }
        }
        let ghcr = try await plugin("ghcr", [("url", server.url)])
        let reference = try ImageReference("ghcr.io/me/team/web:1")
        let me = RegistryCredentials(host: "ghcr.io", user: "me", password: Secret("pat"))
        let moment = Timestamp("2024-05-01T00:00:00Z")!
        #expect(try await ghcr.pushed(in: reference, at: "", as: me) == ["1": moment, "latest": moment])
        #expect(try await ghcr.pushed(in: reference, at: "", as: nil) == nil)
        let stranger = RegistryCredentials(host: "ghcr.io", user: "me", password: Secret("other"))
        let refusal = await problem { _ = try await ghcr.pushed(in: reference, at: "", as: stranger) }
        #expect(refusal == nil)
        let certain = try await plugin("ghcr", [("url", server.url), ("token", "other")])
        let wrong = await problem { _ = try await certain.pushed(in: reference, at: "", as: me) }
        #expect(wrong?.contains("GitHub answers with status 401") == true)
    }
}
