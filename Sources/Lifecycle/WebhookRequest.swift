package import Model

/// A request to `/webhooks/NAME`, as hooks and plugins see it after its signature was checked.
package struct WebhookRequest: Hashable, Sendable {
    package var name: String
    package var method: String
    package var query: [String: String]
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Who sent it.
    package var address: String?

    /// They prove who may call, which is decided before any hook runs.
    private static let withheld: Set<String> = ["authorization", "proxy-authorization", "cookie", "x-gitlab-token"]

    package init(
        name: String, method: String = "POST", query: [String: String] = [:], headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = [], address: String? = nil
    ) {
        self.name = name
        self.method = method
        self.query = query
        self.headers = headers
        self.body = body
        self.address = address
    }

    /// `payload` is the body as a value, null if it is not JSON.
    package var json: JSON {
        var fields = JSON.Members()
        for field in headers.fields {
            let name = field.name.lowercased()
            guard !WebhookRequest.withheld.contains(name) else { continue }
            fields[name] = .string(fields[name]?.string.map { "\($0), \(field.value)" } ?? field.value)
        }
        var parameters = JSON.Members()
        for (name, value) in query.sorted(by: { $0.key < $1.key }) { parameters[name] = .string(value) }
        return [
            "name": .string(name), "method": .string(method), "query": .object(parameters),
            "headers": .object(fields), "address": JSON(address),
            "body": .string(String(decoding: body, as: UTF8.self)),
            "payload": (try? JSON(parsing: body)) ?? .null,
        ]
    }
}
