import CShims
import Glibc
import Model
import Synchronization

/// The one thread that serves all programs: reads their output, minds their deadlines and reaps them.
final class ProcessLoop: Sendable {
    private static let existing = Mutex<ProcessLoop?>(nil)

    private struct Inbox {
        var children: [Child] = []
        var cancelled: [UInt64] = []
    }

    private let inbox = Mutex(Inbox())
    private let wakeup: Int32
    let poller: Poller

    /// Made at the first use; if that fails for lack of descriptors or threads, the next use tries again.
    static func shared() throws(Problem) -> ProcessLoop {
        try existing.withLock { (existing) throws(Problem) in
            if let existing { return existing }
            let made = try ProcessLoop()
            try startThread { made.serve() }
            existing = made
            return made
        }
    }

    private init() throws(Problem) {
        let wakeup = Descriptor(owning: eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)))
        let epoll = Descriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        if wakeup.raw < 0 || epoll.raw < 0 {
            throw Problem(.limit, "programs cannot be watched: \(systemMessage(errno))")
        }
        self.wakeup = wakeup.release()
        poller = Poller(epoll: epoll)
    }

    func take(_ child: Child) {
        post { $0.children.append(child) }
    }

    func cancelled(_ number: UInt64) {
        post { $0.cancelled.append(number) }
    }

    private func post(_ change: (inout Inbox) -> Void) {
        let wasEmpty = inbox.withLock { inbox in
            defer { change(&inbox) }
            return inbox.children.isEmpty && inbox.cancelled.isEmpty
        }
        if wasEmpty { eventfd_write(wakeup, 1) }
    }

    private func serve() -> Never {
        var children = Children(poller: poller)
        _ = poller.watch(wakeup, .wakeup, of: 0)
        var count: eventfd_t = 0
        while true {
            children.serveEvents()
            // Emptied before the inbox is: a message that comes in between wakes us once too often, not too rarely.
            eventfd_read(wakeup, &count)
            let arrived = inbox.withLock { inbox in
                defer { inbox = Inbox() }
                return inbox
            }
            for child in arrived.children { children.add(child) }
            for number in arrived.cancelled { children.cancel(number) }
        }
    }
}
