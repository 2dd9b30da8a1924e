import HTTPClient
import Model

/// Where a registry may send us. What it answers is not to be trusted: it could point into the owner's network, or at
/// the place where a cloud gives out credentials.
struct Outward {
    /// The registry itself.
    let server: WebAddress
    /// The address that it answered from; nil when a proxy stands between.
    let peer: String?

    /// `what` is in the words of the problem: "the token server".
    func barrier(to target: WebAddress, _ what: String) throws(Problem) -> AddressBarrier {
        guard server.scheme == "http" || target.scheme == "https" else {
            throw Problem(
                .forbidden,
                "the registry \(server.host) is asked by https and sends to \(what) \(URLText.shown(target.text)), which "
                    + "everybody could read")
        }
        if target.host == server.host { return .none }
        if isInner { return .linkLocal }
        // Names are the proxy's business; what is written is not.
        guard peer == nil else { return .privateNetworks }
        guard !AddressBarrier.isPrivate(target.host), target.host != "localhost" else {
            throw Problem(
                .forbidden,
                "the registry \(server.host) sends to \(what) at \(target.host), which is not a public address")
        }
        return .none
    }

    /// It is in the owner's own network, and so may be what it needs.
    private var isInner: Bool {
        server.host == "localhost" || AddressBarrier.isPrivate(server.host)
            || peer.map { AddressBarrier.isPrivate($0) } ?? false
    }
}
