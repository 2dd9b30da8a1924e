import CShims
import Glibc
import Model
import Synchronization

/// The threads that start programs. Each stands still from the clone to the exec, which is short, but depends on
/// the disk the program is on; and looking a user up may ask the network.
final class Starters: Sendable {
    /// One waits for the kernel while the other prepares; more gained nothing.
    private static let threadCount = 2
    private static let existing = Mutex<Starters?>(nil)

    /// First in, first out, with two stacks.
    private struct Queue {
        var arrived: [Order] = []
        var reversed: [Order] = []

        mutating func take() -> Order? {
            if reversed.isEmpty {
                reversed = arrived.reversed()
                arrived = []
            }
            return reversed.popLast()
        }
    }

    private let queue = Mutex(Queue())
    /// Counts the orders in the queue; reading it waits for one.
    private let available: Int32
    private let loop: ProcessLoop

    /// Made at the first use; if that fails for lack of descriptors or threads, the next use tries again.
    static func shared(handingTo loop: ProcessLoop) throws(Problem) -> Starters {
        try existing.withLock { (existing) throws(Problem) in
            if let existing { return existing }
            let made = try Starters(handingTo: loop)
            for _ in 0..<threadCount {
                try startThread { made.serve() }
            }
            existing = made
            return made
        }
    }

    private init(handingTo loop: ProcessLoop) throws(Problem) {
        self.loop = loop
        available = eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE))
        if available < 0 { throw Problem(.limit, "programs cannot be started: \(systemMessage(errno))") }
    }

    func take(_ order: Order) {
        queue.withLock { $0.arrived.append(order) }
        eventfd_write(available, 1)
    }

    private func serve() -> Never {
        var count: eventfd_t = 0
        while true {
            guard eventfd_read(available, &count) == 0, let order = queue.withLock({ $0.take() }) else { continue }
            start(order)
        }
    }

    private func start(_ order: Order) {
        if order.ticket.isCancelled {
            return order.continuation.resume(returning: .success(ProcessResult(ending: .cancelled)))
        }
        do throws(Problem) {
            let child = try Child(starting: order, poller: loop.poller)
            order.started?(child.pid)
            loop.take(child)
        } catch {
            order.continuation.resume(returning: .failure(error))
        }
    }
}
