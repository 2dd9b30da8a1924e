import Crypto
import HTTPClient
import Lifecycle
import LuaRuntime
import Model

extension HostAPI {
    private static let keys = [
        "method", "url", "headers", "body", "region", "service", "access_key", "secret_key", "session_token",
    ]

    /// The headers of a request to one of Amazon's services, with its signature.
    static func awsSigned(_ call: AgentCall) throws(Problem) -> LuaValue {
        let options = try call.options(0, known: keys)
        func text(_ key: String) throws(Problem) -> String {
            guard let text = options[key].text else {
                // It may be a secret.
                throw Problem(.invalid, "\(key) is a \(options[key].typeName) value, expected a string")
            }
            return text
        }
        guard let address = WebAddress(try text("url")) else {
            throw Problem(.invalid, "url: expected an http or https URL")
        }
        var headers: [(String, String)] = []
        for (name, value) in options["headers"].table?.namedFields ?? [] {
            guard let value = value.text else { throw Problem(.invalid, "headers: expected strings by their names") }
            headers.append((name, value))
        }
        let signature = AWSSignature(
            accessKey: try text("access_key"), secretKey: try text("secret_key"),
            sessionToken: options["session_token"].isNil ? nil : try text("session_token"), region: try text("region"),
            service: try text("service"))
        let parts = address.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // Seconds are all that it has room for: 2015-08-30T12:36:00.000Z becomes 20150830T123600Z.
        let moment = "\(call.context.services.clock.now())".prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
        let signed = signature.signed(
            try text("method"), host: address.authority, path: String(parts[0]),
            query: parts.count > 1 ? String(parts[1]) : "", headers: headers,
            body: options["body"].bytes ?? [], at: moment)
        var table = LuaTable()
        for (name, value) in signed { table[name] = LuaValue(value) }
        return .table(table)
    }
}
