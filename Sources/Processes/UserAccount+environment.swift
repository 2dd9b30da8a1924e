import Glibc
package import Model

extension UserAccount {
    /// What a login would set.
    package var environment: [String: String] {
        ["HOME": home, "USER": name, "LOGNAME": name, "SHELL": shell.isEmpty ? "/bin/sh" : shell]
    }

    /// The same for a program that runs as `user`, which is written as in `ProcessSpec`. For nil, which is the agent's
    /// own user, only what `given` lacks: an agent that was given another home passes it on.
    package static func environment(
        of user: String?, given: [String: String]
    ) async throws(Problem) -> [String: String] {
        let name = user.map { String($0.prefix { $0 != ":" }) } ?? "\(geteuid())"
        let found = try await OwnThread.run { () -> Result<UserAccount, Problem> in
            do throws(Problem) { return .success(try find(name)) } catch { return .failure(error) }
        }
        guard let found else { throw Problem(.interrupted, "the agent is being stopped") }
        switch (found, user) {
        case (.success(let account), .some): return account.environment
        case (.success(let account), nil): return account.environment.filter { given[$0.key] == nil }
        case (.failure(let problem), .some): throw problem
        // In some containers nobody has an account.
        case (.failure, nil): return [:]
        }
    }
}
