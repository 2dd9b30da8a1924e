/// Where everything lies on this machine: the system's directories, or one directory that holds all of
/// it, for development, tests and trying it out.
package struct Home: Hashable, Sendable {
    /// The directory that relative paths in the settings start from.
    package let directory: String
    package let configuration: String
    package let servicesDirectory: String
    package let environmentFile: String
    /// Shipped ones first: a file of the same name in a later directory replaces an earlier one.
    package let hookDirectories: [String]
    package let pluginDirectories: [String]
    package let state: String
    package let socket: String

    package var socketDirectory: String { String(socket[..<(socket.lastIndex(of: "/") ?? socket.startIndex)]) }
    package var database: String { state + "/grapnel.db" }
    package var apiKey: String { state + "/api_key" }
    package var lock: String { state + "/lock" }
    package var logs: String { state + "/logs" }

    package static let system = Home(
        directory: "/etc/grapnel",
        shipped: "/usr/share/grapnel",
        state: "/var/lib/grapnel",
        socket: "/run/grapnel/grapnel.sock")

    /// Everything under one directory; nothing outside it is read or written.
    package init(under directory: String) {
        var directory = directory
        while directory.count > 1, directory.last == "/" { directory.removeLast() }
        let prefix = directory == "/" ? "" : directory
        self.init(
            directory: directory, shipped: nil, state: prefix + "/state", socket: prefix + "/state/grapnel.sock")
    }

    private init(directory: String, shipped: String?, state: String, socket: String) {
        let prefix = directory == "/" ? "" : directory
        self.directory = directory
        configuration = prefix + "/grapnel.yaml"
        servicesDirectory = prefix + "/services.d"
        environmentFile = prefix + "/env"
        hookDirectories = (shipped.map { [$0 + "/hooks"] } ?? []) + [prefix + "/hooks"]
        pluginDirectories = (shipped.map { [$0 + "/plugins"] } ?? []) + [prefix + "/plugins"]
        self.state = state
        self.socket = socket
    }
}
