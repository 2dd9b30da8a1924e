import Crypto
import Files
import Glibc
import HTTPClient
import Model
import Processes

/// An engine behind TCP: the certificates by which both sides know each other.
struct TransportLook: Sendable {
    private let address: EngineAddress
    /// Enough to have new ones made.
    private static let early: Duration = .seconds(30 * 86_400)
    private static let largestFile = 1 << 20

    init(_ address: EngineAddress) { self.address = address }

    func findings() async -> [Finding] {
        guard address.isEncrypted else { return [open] }
        let tls = address.tls
        var findings: [Finding] = []
        if !tls.verify {
            findings.append(
                .warning(
                    "engine: whoever answers at \(address) is taken for it: DOCKER_TLS is set and DOCKER_TLS_VERIFY is not",
                    "set DOCKER_TLS_VERIFY=1"))
        }
        for (path, holdsCertificates) in [(tls.caFile, true), (tls.clientCertificate, true), (tls.clientKey, false)] {
            guard let path else { continue }
            do throws(Problem) {
                findings += try await TimeLimit.run { () async throws(Problem) -> [Finding] in
                    try await OwnThread.run { TransportLook.seen(path, holdsCertificates) } ?? []
                }
            } catch {
                findings.append(.bad("engine: \(path): \(error)"))
            }
        }
        return findings
    }

    private var open: Finding {
        let remedy = "let it listen with --tlsverify, and set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"
        return address.isOnThisMachine
            ? .warning("engine: everyone on this machine can use \(address), and with it be root", remedy)
            : .warning(
                "engine: \(address) is not encrypted, and whoever reaches it can be root on its machine", remedy)
    }

    private static func seen(_ path: String, _ holdsCertificates: Bool) -> [Finding] {
        let content: [UInt8]
        do throws(Problem) { content = try FileContent.read(path, limit: largestFile) } catch {
            let remedy = "DOCKER_CERT_PATH is the directory of ca.pem, cert.pem and key.pem"
            return [
                .bad(
                    "engine: \(error)", error.code == .forbidden ? "the agent's user has to be able to read it" : remedy
                )
            ]
        }
        guard holdsCertificates else {
            return [
                FileSecrecy.objection(to: path).map { .warning("engine: \(path): \($0)", "chmod go= \(path)") }
                    ?? .good("engine: \(path): readable, and nobody else's")
            ]
        }
        guard let certificates = Certificate.all(pem: content) else {
            return [.bad("engine: \(path): expected certificates in PEM", "have it made anew")]
        }
        return [judged(certificates, path, now: Timestamp(microseconds: Int64(time(nil)) * 1_000_000))]
    }

    /// Of several the one whose time is the shortest.
    static func judged(_ certificates: [Certificate], _ path: String, now: Timestamp) -> Finding {
        let ends = certificates.map(\.ends).min() ?? now
        let day = "\(ends)".prefix(10)
        if let begins = certificates.map(\.begins).max(), begins > now {
            return .bad("engine: \(path): a certificate that begins at \(begins)", "look at this machine's clock: date")
        }
        guard ends > now else { return .bad("engine: \(path): ended on \(day)", "have a new certificate made") }
        guard ends - now > early else {
            return .warning(
                "engine: \(path): ends on \(day), in \((ends - now).shortText)", "have a new certificate made")
        }
        return .good("engine: \(path): ends on \(day)")
    }
}

extension EngineAddress {
    fileprivate var isEncrypted: Bool { base.hasPrefix("https://") }

    fileprivate var isOnThisMachine: Bool {
        let host = base.split(separator: "/").last ?? ""
        return ["localhost", "127.", "[::1]"].contains { host.hasPrefix($0) }
    }
}
