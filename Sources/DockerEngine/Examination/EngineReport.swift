import Glibc
import Model
import Processes

/// What an engine tells of itself: its `/info`.
struct EngineReport: Sendable {
    private let json: JSON
    private let address: EngineAddress

    init(_ json: JSON, _ address: EngineAddress) {
        self.json = json
        self.address = address
    }

    /// Where it keeps what it has, when that is on this machine.
    var directory: String? { address.unixSocket == nil ? nil : json["DockerRootDir"]?.string }

    /// Its images are in containerd's store.
    var hasContainerdStore: Bool {
        (json["DriverStatus"]?.array ?? []).contains {
            $0[0]?.string == "driver-type" && $0[1]?.string?.hasPrefix("io.containerd.snapshotter") == true
        }
    }

    /// Asks the file system and for a user's name: not for Swift's cooperative pool.
    var findings: [Finding] { [storage] + rootless + [swarm] + warnings }

    private var storage: Finding {
        let name = json["Driver"]?.string ?? "unknown"
        let what = "engine: keeps images by \(name)\(hasContainerdStore ? " in containerd's store" : "")"
        switch name {
        case "vfs":
            return .warning(
                "\(what): each layer is a full copy, which takes many times the space",
                "storage-driver: overlay2 in /etc/docker/daemon.json, if the file system can; images have to be pulled anew"
            )
        case "devicemapper", "aufs", "overlay":
            return .warning("\(what), which newer engines no longer have", "before an upgrade: storage-driver overlay2")
        default: return .good(what)
        }
    }

    private var rootless: [Finding] {
        let options = (json["SecurityOptions"]?.array ?? []).compactMap(\.string)
        guard options.contains(where: { $0.hasPrefix("name=rootless") }) else { return [] }
        let what = "engine: rootless: it ends with the last session of its user"
        var owner = stat()
        guard let path = address.unixSocket, stat(path, &owner) == 0,
            let name = (try? UserAccount.find(String(owner.st_uid)))?.name,
            access("/var/lib/systemd/linger", F_OK) == 0
        else { return [.good("engine: rootless")] }
        return access("/var/lib/systemd/linger/\(name)", F_OK) == 0
            ? [.good("engine: rootless, and kept running for \(name)")]
            : [.warning(what, "loginctl enable-linger \(name)")]
    }

    private var swarm: Finding {
        let swarm = json["Swarm"]
        switch swarm?["LocalNodeState"]?.string ?? "inactive" {
        case "active":
            let isManager = swarm?["ControlAvailable"]?.bool == true
            let nodes = swarm?["Nodes"]?.integer ?? 0
            return .good(isManager ? "engine: a manager of a Swarm of \(nodes)" : "engine: a worker of a Swarm")
        case "inactive": return .good("engine: no part of a Swarm")
        case "locked": return .bad("engine: its Swarm is locked", "docker swarm unlock")
        case let state:
            let reason = swarm?["Error"]?.string.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
            return .warning("engine: its part in a Swarm is \(state)\(reason)", "docker node ls, on a manager")
        }
    }

    // MARK: - Its own warnings

    /// What lacks for limits that hardly a container has, or says nothing to a deploy.
    private static let unimportant = [
        "blkio", "swap limit", "kernel memory", "oom kill disable", "cpu cfs", "cpu shares", "cpuset", "cpu realtime",
        "pids limit", "bridge-nf-call", "memory swappiness", "memory reservation",
    ]

    private var warnings: [Finding] {
        (json["Warnings"]?.array ?? []).compactMap(\.string).compactMap { text in
            let words = text.lowercased()
            guard !EngineReport.unimportant.contains(where: { words.contains($0) }) else { return nil }
            let bare = text.hasPrefix("WARNING: ") ? String(text.dropFirst("WARNING: ".count)) : text
            let first = bare.split(whereSeparator: \.isNewline).first.map(String.init) ?? bare
            return .warning("engine: it warns: \(first)", EngineReport.remedy(words))
        }
    }

    private static func remedy(_ words: String) -> String? {
        if words.contains("api is accessible") {
            return "whoever reaches that address is root here: take it out of `hosts`, or give it --tlsverify"
        }
        if words.contains("ip forwarding") || words.contains("ipv4 forwarding") || words.contains("ip_forward") {
            return "published ports do not work without it: sysctl -w net.ipv4.ip_forward=1"
        }
        return nil
    }
}
