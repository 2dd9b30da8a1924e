import Glibc

/// The process group of a child, whose number is the child's pid.
///
/// While the child has not been reaped its number cannot be given to anybody else, nor while the group has any
/// member. Afterwards it can; then, and only then, there is a process again whose own pid it is.
struct ProcessGroup: Sendable {
    let number: pid_t

    func signal(_ signal: Int32) {
        kill(-number, signal)
    }

    /// Whether members are left, once the leader has been reaped.
    var outlivesItsLeader: Bool {
        guard !exists(number) else { return false }
        // Orphans come to us when we are a container's process 1, and would stay zombies.
        while waitpid(-number, nil, WNOHANG) > 0 {}
        return exists(-number)
    }

    private func exists(_ number: pid_t) -> Bool {
        kill(number, 0) == 0 || errno == EPERM
    }
}
