package import HTTPClient
package import Lifecycle
import Model
import Synchronization

/// All registries that are asked: what was learnt of each, as tokens and its wish to be left alone, outlives a reload of
/// the settings.
package final class RegistryServers: RegistryQuotas {
    private let http: HTTPClient
    private let clock: any WallClock
    private let proxies: ProxyChoice
    private let timeout: Duration
    private let known = Mutex<[String: [RegistryServer.Access: RegistryServer]]>([:])

    let created = CreationTimes()
    let pushed: PushTimes
    package let loans: Loans

    /// `timeout` is for one request.
    package init(
        http: HTTPClient, clock: any WallClock, environment: [String: String], timeout: Duration = .seconds(30)
    ) {
        self.timeout = timeout
        pushed = PushTimes(clock: clock)
        loans = Loans(clock: clock)
        self.http = http
        self.clock = clock
        proxies = ProxyChoice(environment: environment)
    }

    /// `host` is how people know it.
    func server(_ host: String, _ access: RegistryServer.Access) -> RegistryServer {
        known.withLock { known in
            if let server = known[host]?[access] { return server }
            let server = RegistryServer(
                host: host, access: access, http: http, clock: clock, proxies: proxies, timeout: timeout)
            known[host, default: [:]][access] = server
            return server
        }
    }

    package func shortage(at host: String) -> String? {
        guard let quota = quota(of: host), quota.isLow(at: clock.now()) else { return nil }
        return "\(host) allows \(quota.remaining) more of \(quota.limit) pulls in \(quota.window.shortText)"
    }

    /// What Docker Hub and its like last said of their limits.
    func quota(of host: String) -> Quota? {
        known.withLock { $0[host].map { Array($0.values) } ?? [] }.compactMap(\.quota).max { $0.seen < $1.seen }
    }
}
