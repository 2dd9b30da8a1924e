import Glibc
import Model

/// A program that was started, until its answer was given.
///
///     running ──timeout, cancel──> terminating ──grace──> killed ──> abandoned
///        │                              │                   │            │
///        │ leader exits                 │ exits             │ exits      │ exits
///        v                              v                   │            │
///     draining ──end, quiet──────> clearing ──grace──> sweeping ──> finished
struct Child: Sendable {
    enum Phase {
        case running
        /// TERM was sent to the group.
        case terminating(killAt: ContinuousClock.Instant)
        /// KILL was sent to the group.
        case killed
        /// It does not even die of KILL (a dead network disk); the caller has its answer, the zombie is awaited.
        case abandoned
        /// The leader is a zombie; somebody still holds its output.
        case draining(until: ContinuousClock.Instant)
        /// The leader is gone, TERM was sent to the group.
        case clearing(killAt: ContinuousClock.Instant)
        /// The leader is gone, KILL was sent to the group.
        case sweeping(until: ContinuousClock.Instant)
        case finished
    }

    /// For how long output may be silent after the leader's exit, and for how long it is read at most.
    private static let quiet: Duration = .milliseconds(200)
    private static let drain: Duration = .seconds(2)
    /// How long a KILL may take.
    private static let patience: Duration = .seconds(5)
    private static let tick: Duration = .milliseconds(10)

    let pid: pid_t
    let ticket: Ticket
    /// The pidfd, readable once the leader has exited; nil from then on.
    private(set) var handle: Int32?
    private(set) var output: Capture
    private(set) var errors: Capture
    private(set) var phase = Phase.running
    /// When `deadlinePassed` is to be called.
    private(set) var deadline: ContinuousClock.Instant?

    private let live: (@Sendable (OutputStream, ArraySlice<UInt8>) -> Void)?
    private var continuation: CheckedContinuation<Result<ProcessResult, Problem>, Never>?
    private let began: ContinuousClock.Instant
    private let grace: Duration
    private let poller: Poller
    private var exit: Ending?
    /// Why it was us who ended it.
    private var reason: Ending?

    init(
        order: Order, pid: pid_t, handle: Int32, began: ContinuousClock.Instant, output: Int32, errors: Int32,
        poller: Poller
    ) {
        self.pid = pid
        self.handle = handle
        self.began = began
        self.poller = poller
        ticket = order.ticket
        live = order.live
        continuation = order.continuation
        grace = order.spec.grace
        self.output = Capture(output, limit: order.spec.outputLimit, poller: poller)
        self.errors = Capture(errors, limit: order.spec.outputLimit, poller: poller)
        deadline = order.spec.timeout.map { began + $0 }
    }

    private var group: ProcessGroup { ProcessGroup(number: pid) }
    private var isSilent: Bool { output.descriptor == nil && errors.descriptor == nil }

    var isFinished: Bool {
        if case .finished = phase { true } else { false }
    }

    // MARK: - What happens to it

    /// Has its events reported from now on.
    func watch() -> Bool {
        guard let handle, let output = output.descriptor, let errors = errors.descriptor else { return false }
        return poller.watch(output, .output, of: ticket.number) && poller.watch(errors, .errors, of: ticket.number)
            && poller.watch(handle, .exit, of: ticket.number)
    }

    mutating func cancel(at now: ContinuousClock.Instant) {
        switch phase {
        case .running: terminate(.cancelled, at: now)
        case .draining: clear(at: now)
        default: break
        }
    }

    mutating func readable(_ stream: OutputStream, at now: ContinuousClock.Instant, _ buffer: Buffer) {
        let reading = read(stream, buffer)
        guard case .draining(let until) = phase else { return }
        switch reading {
        case .data: deadline = min(now + Child.quiet, until)
        case .nothing: break
        case .end: if isSilent { clear(at: now) }
        }
    }

    mutating func leaderExited(at now: ContinuousClock.Instant, _ buffer: Buffer) {
        guard let handle else { return }
        poller.close(handle)
        self.handle = nil
        readRest(buffer)
        switch phase {
        case .running where isSilent:
            clear(at: now)
        case .running:
            let until = now + Child.drain
            phase = .draining(until: until)
            deadline = now + Child.quiet
        case .terminating(let killAt):
            reap()
            awaitGroup(.clearing(killAt: killAt), at: now)
        case .killed:
            reap()
            awaitGroup(.sweeping(until: now + Child.patience), at: now)
        default:
            reap()
            finish()
        }
    }

    mutating func deadlinePassed(at now: ContinuousClock.Instant) {
        switch phase {
        case .running:
            terminate(.timedOut, at: now)
        case .terminating:
            group.signal(SIGKILL)
            phase = .killed
            deadline = now + Child.patience
        case .killed:
            phase = .abandoned
            deadline = nil
            answer(at: now)
        case .draining:
            clear(at: now)
        case .clearing(let killAt) where now >= killAt && group.outlivesItsLeader:
            group.signal(SIGKILL)
            awaitGroup(.sweeping(until: now + Child.patience), at: now)
        case .sweeping(let until) where now >= until:
            finish()
        case .clearing, .sweeping:
            awaitGroup(phase, at: now)
        case .abandoned, .finished:
            deadline = nil
        }
    }

    // MARK: - What is done to it

    private mutating func terminate(_ reason: Ending, at now: ContinuousClock.Instant) {
        self.reason = reason
        group.signal(SIGTERM)
        phase = .terminating(killAt: now + grace)
        deadline = now + grace
    }

    /// Ends what the leader left behind. The first signal is sent while the leader is still a zombie.
    private mutating func clear(at now: ContinuousClock.Instant) {
        group.signal(SIGTERM)
        reap()
        awaitGroup(.clearing(killAt: now + grace), at: now)
    }

    private mutating func awaitGroup(_ phase: Phase, at now: ContinuousClock.Instant) {
        guard group.outlivesItsLeader else { return finish() }
        self.phase = phase
        deadline = now + Child.tick
    }

    /// This pid and no other: children of other parts of the program are theirs to wait for.
    private mutating func reap() {
        var status: Int32 = 0
        var reaped: pid_t
        repeat { reaped = waitpid(pid, &status, 0) } while reaped < 0 && errno == EINTR
        exit = Ending(waitStatus: status)
    }

    private mutating func finish() {
        phase = .finished
        deadline = nil
    }

    /// Gives the caller the result, and lets go of the output, which others may still hold.
    mutating func answer(at now: ContinuousClock.Instant, readingRestWith buffer: Buffer? = nil) {
        if let buffer { readRest(buffer) }
        output.close()
        errors.close()
        guard let ending = reason ?? exit else { return }
        let result = ProcessResult(
            ending: ending, output: output.kept, errors: errors.kept,
            outputDropped: output.dropped, errorsDropped: errors.dropped, duration: now - began)
        continuation?.resume(returning: .success(result))
        continuation = nil
    }

    // MARK: - Reading

    typealias Buffer = UnsafeMutableRawBufferPointer

    private mutating func read(_ stream: OutputStream, _ buffer: Buffer) -> Capture.Reading {
        let live = live
        switch stream {
        case .output: return output.read(with: buffer) { live?(.output, $0) }
        case .errors: return errors.read(with: buffer) { live?(.errors, $0) }
        }
    }

    /// What was written until now. Not more than the largest pipe holds, since somebody may go on writing.
    private mutating func readRest(_ buffer: Buffer) {
        for stream in [OutputStream.output, .errors] {
            for _ in 0..<16 {
                guard case .data = read(stream, buffer) else { break }
            }
        }
    }
}
