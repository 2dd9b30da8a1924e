/// How requests to Amazon's services are signed (AWS Signature Version 4).
package struct AWSSignature: Sendable {
    package var accessKey: String
    package var secretKey: String
    /// Of credentials that were lent for a while.
    package var sessionToken: String?
    package var region: String
    package var service: String

    package init(
        accessKey: String, secretKey: String, sessionToken: String? = nil, region: String, service: String
    ) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    /// The request's headers with `Authorization` and all that belongs to it. `path` and `query` are encoded as they are
    /// sent. `moment` is `20150830T123600Z`.
    package func signed(
        _ method: String, host: String, path: String, query: String = "", headers: [(String, String)] = [],
        body: some Sequence<UInt8>, at moment: String
    ) -> [(String, String)] {
        var all = headers + [("host", host), ("x-amz-date", moment)]
        if let sessionToken { all.append(("x-amz-security-token", sessionToken)) }
        let canonical = AWSSignature.canonical(all)
        let names = canonical.map(\.name).joined(separator: ";")
        let request = [
            method, path.isEmpty ? "/" : path, AWSSignature.sorted(query),
            canonical.map { "\($0.name):\($0.value)\n" }.joined(), names,
            Hex.encode(Hash.sha256.digest(of: body)),
        ].joined(separator: "\n")
        let day = String(moment.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", moment, scope, Hex.encode(Hash.sha256.digest(of: request.utf8))]
            .joined(separator: "\n")
        let key = [day, region, service, "aws4_request"].reduce(Array("AWS4\(secretKey)".utf8)) { key, part in
            Hash.sha256.authentication(of: part.utf8, key: key)
        }
        let signature = Hex.encode(Hash.sha256.authentication(of: text.utf8, key: key))
        // The client sends the host by itself.
        return all.filter { $0.0.lowercased() != "host" } + [
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            )
        ]
    }

    /// By name, several of one name as one, without spaces that mean nothing.
    private static func canonical(_ headers: [(String, String)]) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in headers {
            let plain = value.split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(separator: " ")
            values[name.lowercased(), default: []].append(plain)
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
    }

    private static func sorted(_ query: String) -> String {
        query.split(separator: "&").map { part in
            part.contains("=") ? String(part) : part + "="
        }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "&")
    }
}
