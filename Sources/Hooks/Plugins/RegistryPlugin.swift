import HTTPClient
package import Lifecycle
import LuaRuntime
package import Model

/// One entry of `registries` in the settings that uses a plugin.
///
/// Plugins of this kind may do what no other may: reach the addresses where clouds give out credentials, and see the
/// variables by which their tools find them.
package struct RegistryPlugin: RegistryHelper {
    private let call: PluginCall
    private let log: @Sendable (String) -> Void

    private static let variables = ["AWS_", "GOOGLE_"]

    /// The use was checked: `PluginCatalog.check`.
    package init(
        _ plugin: Plugin, _ use: PluginUse, surroundings: HookSurroundings, log: @escaping @Sendable (String) -> Void
    ) {
        call = PluginCall(plugin, use, surroundings: surroundings)
        self.log = { log("\(use.place) (\(use.plugin)): \($0)") }
    }

    package func credentials(for reference: ImageReference) async throws(Problem) -> LentCredentials? {
        let answer = try await ask("credentials", request(reference))
        guard !answer.isNil else { return nil }
        guard let table = answer.table, let user = table["username"].text, let password = table["password"].text else {
            throw call.problem(
                "it returned \(answer.table == nil ? answer.shown : "a table"), expected username and password")
        }
        let expires = table["expires"].number.map { RegistryPlugin.moment($0) }
        if case .some(nil) = expires {
            throw call.problem("expires: is \(table["expires"].shown), expected seconds since 1970")
        }
        return LentCredentials(
            credentials: RegistryCredentials(host: reference.host, user: user, password: Secret(password)),
            expires: expires ?? nil)
    }

    package func pushed(
        in reference: ImageReference, at url: String, as credentials: RegistryCredentials?
    ) async throws(Problem) -> [String: Timestamp]? {
        var request = request(reference)
        request["url"] = LuaValue(url)
        if case .password(let user, let password)? = credentials?.proof {
            request["username"] = LuaValue(user)
            request["password"] = LuaValue(password.value)
        }
        let answer = try await ask("pushed", request)
        guard !answer.isNil else { return nil }
        guard let table = answer.table, table.list.isEmpty else {
            throw call.problem("it returned \(answer.shown), expected the times by their tags")
        }
        var times: [String: Timestamp] = [:]
        for (tag, value) in table.namedFields {
            times[tag] =
                value.text.flatMap { Timestamp(rfc3339: $0) }
                ?? value.number.flatMap { $0 > 0 ? RegistryPlugin.moment($0) : nil }
        }
        return times
    }

    /// Nil for what lies beyond the year 5000, which comes from a mistake or from somebody who means harm.
    private static func moment(_ seconds: Double) -> Timestamp? {
        guard seconds.isFinite, abs(seconds) < 1e11 else { return nil }
        return Timestamp(microseconds: Int64(seconds * 1_000_000))
    }

    private func request(_ reference: ImageReference) -> LuaTable {
        var table = LuaTable()
        table["host"] = LuaValue(reference.host)
        table["repository"] = LuaValue(reference.path)
        return table
    }

    private func ask(_ function: String, _ request: LuaTable) async throws(Problem) -> LuaValue {
        let values = try await call(.table(request), of: function, log: log) { services in
            services.barrier = .none
            services.shownVariables = RegistryPlugin.variables
        }
        return values.first ?? .nil
    }
}
