/// Through which proxy to go: as curl and the engine read it from the environment, but never for this machine itself, nor
/// for the addresses where its cloud tells it who it is.
package struct ProxyChoice: Sendable {
    private let hasProxy: Bool

    private static let metadata = "metadata.google.internal"

    package init(environment: [String: String]) {
        let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        hasProxy = names.contains { environment[$0]?.isEmpty == false }
    }

    package func proxy(to target: WebAddress) -> HTTPRequest.Proxy {
        let host = target.host
        let isHere =
            host == "localhost" || host == ProxyChoice.metadata || AddressBarrier.isLoopback(host)
            || AddressBarrier.linkLocal.refuses(written: host) != nil
        return hasProxy && !isHere ? .environment : .none
    }
}
