import CShims
import Glibc

/// A process that carries an entry in its environment, held by a pidfd: whoever gets its number after it has ended
/// is not signalled.
final class MarkedProcess {
    /// The longest that the kernel accepts, with some room.
    private static let longestEnvironment = 8 * 1024 * 1024

    let pid: pid_t
    private let handle: Descriptor

    /// Nil when it has ended. The environment is read again once the process is held.
    init?(_ pid: pid_t, entry: [UInt8]) {
        self.pid = pid
        let raw = grapnel_pidfd_open(pid)
        if raw < 0 { return nil }
        handle = Descriptor(owning: raw)
        if !MarkedProcess.carries(entry, pid) { return nil }
    }

    static func carries(_ entry: [UInt8], _ pid: pid_t) -> Bool {
        let file = open("/proc/\(pid)/environ", O_RDONLY | O_CLOEXEC)
        // Gone, or somebody else's and we are not root.
        if file < 0 { return false }
        let descriptor = Descriptor(owning: file)
        var environment: [UInt8] = []
        let piece = 16 * 1024
        while environment.count < longestEnvironment {
            let chunk = [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
                count = max(0, read(descriptor.raw, buffer.baseAddress, piece))
            }
            if chunk.isEmpty { break }
            environment += chunk
        }
        return environment.split(separator: 0).contains { $0.elementsEqual(entry) }
    }

    /// Signals all of them, and with a group's leader its whole group, where the environment may have been cleared.
    static func signal(_ signal: Int32, _ processes: [MarkedProcess]) {
        let leaders = processes.filter { getpgid($0.pid) == $0.pid && $0.pid != getpgrp() }
        let groups = Set(leaders.map(\.pid))
        for process in processes where !groups.contains(getpgid(process.pid)) {
            _ = grapnel_pidfd_signal(process.handle.raw, signal)
        }
        for leader in leaders where leader.isAlive { kill(-leader.pid, signal) }
    }

    /// Waits until all of them have ended.
    static func wait(for processes: [MarkedProcess], until end: ContinuousClock.Instant) {
        for process in processes {
            while process.isAlive(waiting: end - .now), ContinuousClock.now < end {}
        }
    }

    private var isAlive: Bool { isAlive(waiting: .zero) }

    /// A pidfd becomes readable when the process has ended.
    private func isAlive(waiting time: Duration) -> Bool {
        var question = pollfd(fd: handle.raw, events: Int16(POLLIN), revents: 0)
        let milliseconds = max(.zero, time) / .milliseconds(1)
        return poll(&question, 1, Int32(min(milliseconds.rounded(.up), 60_000))) <= 0
    }
}
