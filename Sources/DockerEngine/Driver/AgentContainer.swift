import Files
import Model

/// The container that this process itself runs in, if it runs in one: trap 29.
package enum AgentContainer {
    static func contains(_ container: Container) -> Bool { contains(container.id, mounts: mounts) }

    /// The engine mounts files from its directory for the container, whose name is the id, into it. On the engine's own
    /// machine other mounts bear the ids of containers.
    package static func contains(_ id: String, mounts: String) -> Bool {
        mounts.split(separator: "\n").contains { line in
            // 36 35 98:0 ROOT POINT ...
            let words = line.split(separator: " ")
            return words.count > 4 && ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"].contains(words[4])
                && words[3].contains("/\(id)/")
        }
    }

    private static let mounts = String(
        decoding: (try? FileContent.read("/proc/self/mountinfo", limit: 4 << 20)) ?? [], as: UTF8.self)
}
