import HTTPClient
import Model

struct RegistryRequest: Sendable {
    var method = "GET"
    /// From `/v2/` on.
    var target: String
    var accept: [String] = []
    /// For a token: `repository:me/web:pull`.
    var scope: String
    var credentials: RegistryCredentials?
    var maximumBytes = 4 << 20
}
