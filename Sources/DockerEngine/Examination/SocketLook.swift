import Files
import Glibc
import Model
import Processes

/// The socket of an engine on this machine: is it there, and who may use it?
struct SocketLook: Sendable {
    let path: String
    let environment: [String: String]

    func findings() async -> [Finding] {
        do throws(Problem) {
            let look = self
            return try await TimeLimit.run { () async throws(Problem) -> [Finding] in
                try await OwnThread.run { look.seen() } ?? []
            }
        } catch {
            return [.bad("socket: \(path): \(error)", "the file system that it lies on hangs")]
        }
    }

    private func seen() -> [Finding] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [notThere(errno)] }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: break
        case S_IFDIR:
            return [
                .bad(
                    "socket: \(path) is a directory: docker makes one where a container mounts a socket that is not "
                        + "there", "rmdir \(path), and start the engine anew: \(starting)")
            ]
        default: return [.bad("socket: \(path) is not a socket", "expected the engine's; look at DOCKER_HOST")]
        }
        let owner = (try? UserAccount.find(String(status.st_uid)))?.name ?? "user \(status.st_uid)"
        let group = (try? GroupAccount.find(status.st_gid)) ?? nil
        let groupName = group?.name ?? "group \(status.st_gid)"
        let mode = "0" + String(status.st_mode & 0o777, radix: 8)
        let belongs = "\(path) belongs to \(owner):\(groupName), mode \(mode)"
        guard access(path, R_OK | W_OK) == 0 else { return [keptOut(belongs, status, groupName, group)] }
        if status.st_mode & S_IWOTH != 0 {
            return [
                .warning(
                    "socket: \(belongs): everyone on this machine may use it, and with it be root",
                    "chmod o-rw \(path), unless the directory that it is in is closed to others")
            ]
        }
        var users = ["root"]
        if status.st_uid != 0 { users.append(owner) }
        if status.st_mode & S_IWGRP != 0, status.st_gid != 0 {
            let members = (group?.members ?? []).joined(separator: ", ")
            users.append("the group \(groupName)\(members.isEmpty ? "" : " (\(members))")")
        }
        return [.good("socket: \(belongs): \(users.joined(separator: ", ")) may use it, and with it be root")]
    }

    // MARK: - Not there

    private func notThere(_ error: Int32) -> Finding {
        guard error == ENOENT || error == ENOTDIR else {
            return .bad(
                "\(Problem(file: "socket: \(path)", error))", "run this command as the agent's user or with sudo")
        }
        let what = "socket: \(path) is not there"
        if let other = others.first {
            return .bad(
                what,
                "another one is at \(other): if that engine is meant, set DOCKER_HOST=unix://\(other) for the agent and "
                    + "for this command")
        }
        let programs = ["/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"]
        let isInstalled = programs.contains { (program: String) in access(program, X_OK) == 0 }
        return .bad(
            what,
            isInstalled
                ? "start the engine: \(starting)"
                : "install an engine (https://docs.docker.com/engine/install/), or say where it is by DOCKER_HOST")
    }

    private var starting: String {
        access("/run/systemd/system", F_OK) == 0 ? "systemctl start docker" : "dockerd"
    }

    /// Where else an engine may listen: rootless ones in the directories of their users.
    private var others: [String] {
        var places = ["/var/run/docker.sock"]
        if let directory = environment["XDG_RUNTIME_DIR"] { places.append(directory + "/docker.sock") }
        places += ((try? Directory.names(in: "/run/user")) ?? []).map { "/run/user/\($0)/docker.sock" }
        return places.filter { place in
            var status = stat()
            return place != path && stat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
        }
    }

    // MARK: - Closed

    private func keptOut(_ belongs: String, _ status: stat, _ groupName: String, _ group: GroupAccount?) -> Finding {
        let user = (try? UserAccount.find(String(geteuid())))?.name ?? "user \(geteuid())"
        let what = "socket: \(belongs): \(user) may not use it"
        guard status.st_mode & (S_IRGRP | S_IWGRP) == S_IRGRP | S_IWGRP, status.st_gid != 0 else {
            return .bad(what, "run the agent, and this command, as root")
        }
        if group?.members.contains(user) == true {
            return .bad(
                what, "\(user) is in the group \(groupName) since this session began: log in anew, or restart the agent"
            )
        }
        return .bad(
            what,
            "usermod -aG \(groupName) \(user), and log in anew; whoever is in that group can be root on this machine")
    }
}
