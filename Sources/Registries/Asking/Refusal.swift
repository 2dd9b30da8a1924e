import HTTPClient
import Model

/// What it means when a registry does not give what it was asked for.
enum Refusal {
    /// It does not take who we are.
    static func credentials(
        of host: String, _ response: HTTPResponse, as credentials: RegistryCredentials?
    ) -> Problem {
        let what =
            credentials != nil
            ? "refuses the credentials that it was given" : "wants credentials, and there are none for it"
        return Problem(.forbidden, "the registry \(host) \(what)\(words(response, hiding: credentials))")
    }

    static func problem(
        _ response: HTTPResponse, from host: String, as credentials: RegistryCredentials?
    ) -> Problem {
        let said = words(response, hiding: credentials)
        let status = "status \(response.status)\(said)"
        return switch response.status {
        case 401, 403: Refusal.credentials(of: host, response, as: credentials)
        case 404: Problem(.notFound, "the registry \(host) does not have it\(said)")
        case 500...: Problem(.unreachable, "the registry \(host) answers with \(status)")
        default: Problem(.invalid, "the registry \(host) answers with \(status)")
        }
    }

    /// What it says about it, in brackets: `{"errors": [{"code", "message"}]}`.
    static func words(_ response: HTTPResponse, hiding credentials: RegistryCredentials?) -> String {
        guard let answer = try? JSON(parsing: response.body) else { return "" }
        let error = answer["errors"]?[0]
        let said = [error?["message"], error?["code"], answer["details"], answer["message"], answer["error"]]
        guard let text = said.compactMap({ $0?.string }).first(where: { !$0.isEmpty }) else { return "" }
        // Whoever repeats a secret does not get it into a log.
        if let secret = credentials?.secret, text.contains(secret) { return "" }
        return " (\(URLText.printable(String(text.prefix(200)))))"
    }
}

extension RegistryCredentials {
    fileprivate var secret: String {
        switch proof {
        case .password(_, let secret), .identityToken(let secret), .registryToken(let secret): secret.value
        }
    }
}
