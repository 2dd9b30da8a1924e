import Lifecycle
import Model
import TestKit

/// A queue that is used at random, and what must hold meanwhile.
struct QueuePlay {
    private static let services = ["a", "b", "c", "d", "e"]
    private static let locks = ["a": "shop", "b": "shop", "c": "blog"]

    private(set) var complaints: [String] = []
    private var dice: Seeded
    private var queue: DeployQueue
    private var now = Timestamp(microseconds: 1_800_000_000_000_000)
    private var running: [String: DeployRecord] = [:]
    /// Everything that was promised to start, by its id.
    private var promised: Set<DeployID> = []
    private var count = 0

    init(seed: UInt64) {
        dice = Seeded(seed)
        queue = DeployQueue(limit: Int.random(in: 1...3, using: &dice))
        queue.locks = Self.locks
    }

    mutating func step() {
        let service = Self.services.randomElement(using: &dice) ?? "a"
        switch Int.random(in: 0..<12, using: &dice) {
        case 0...4: ask(service)
        case 5, 6: start()
        case 7, 8: end(service)
        case 9: now = now + .seconds(Int.random(in: 0...40, using: &dice))
        case 10:
            queue.isPaused = Bool.random(using: &dice)
            queue.pausedServices = Set(Self.services.filter { _ in Int.random(in: 0..<4, using: &dice) == 0 })
        default:
            queue.holds[service] = Bool.random(using: &dice) ? "tag 1 was asked for" : nil
        }
    }

    /// Every obstacle goes, and everything that was promised has its turn.
    mutating func finish() {
        queue.isPaused = false
        queue.pausedServices = []
        queue.holds = [:]
        for _ in 0..<20 {
            now = now + .seconds(3_600)
            start()
            for service in running.keys { end(service, isLast: true) }
        }
        expect(promised.isEmpty, "never started: \(promised)")
        expect(queue.runningCount == 0, "still running")
        expect(queue.nextDue(after: now) == nil, "still due")
    }

    private mutating func expect(_ isTrue: Bool, _ complaint: String) {
        if !isTrue { complaints.append(complaint) }
    }

    private mutating func newRecord(_ service: String, _ trigger: Trigger, _ wish: Wish) -> DeployRecord {
        count += 1
        // Ids that sort unlike the order in which they were made.
        return DeployRecord(
            id: DeployID("\((count * 7_919) % 10_007)"), service: service, driver: .container, trigger: trigger,
            wish: wish, accepted: now)
    }

    private mutating func ask(_ service: String) {
        let kind = Trigger.Kind.allCases.randomElement(using: &dice) ?? .poll
        let wishes = [Wish(), Wish(.tag("1")), Wish(force: true)]
        let record = newRecord(service, Trigger(kind), wishes.randomElement(using: &dice) ?? Wish())
        let before = queue.waitingRecord(of: service)
        let isWritten = Int.random(in: 0..<8, using: &dice) > 0
        switch queue.ask(record) {
        case .queued(let queued):
            expect(before == nil && queued == record, "\(record.id) was queued as \(queued)")
            settle(queued.id, isWritten)
            if isWritten { promised.insert(queued.id) }
        case .coalesced(let merged):
            expect(merged.id == before?.id, "\(record.id) was coalesced with nothing")
            if kind.isPerson { expect(merged.wish.target == record.wish.target, "a person's wish was lost") }
            settle(merged.id, isWritten)
            if !isWritten { expect(queue.waitingRecord(of: service) == before, "a wish came that was not written") }
        case .declined:
            expect(kind.isAutomatic, "a person was declined")
            expect(queue.waitingRecord(of: service) == before, "a declined wish changed something")
        }
    }

    private mutating func settle(_ id: DeployID, _ isWritten: Bool) {
        if isWritten { queue.accepted(id) } else { queue.withdraw(id) }
    }

    private mutating func start() {
        let waiting = Self.services.compactMap { queue.waitingRecord(of: $0) }
        let started = queue.start(at: now)
        expect(
            started.map { ($0.accepted, $0.id) }.isSorted { $0 < $1 }, "not in the order in which they were accepted")
        for record in started {
            expect(running[record.service] == nil, "two of \(record.service) run")
            running[record.service] = record
            expect(promised.remove(record.id) != nil, "\(record.id) was never promised")
            expect(record.notBefore ?? now <= now, "\(record.id) came early")
            let isPaused = queue.isPaused || queue.pausedServices.contains(record.service)
            expect(!(isPaused && record.trigger.kind.isAutomatic), "\(record.id) started in a pause")
        }
        let held = running.keys.compactMap { Self.locks[$0] }
        expect(Set(held).count == held.count, "two with the same lock run: \(running.keys)")
        expect(running.count <= queue.limit, "\(running.count) run")
        for record in waiting where running[record.service] != record {
            expect(queue.obstacle(for: record.service, at: now) != nil, "\(record.id) waits for nothing")
        }
    }

    private mutating func end(_ service: String, isLast: Bool = false) {
        guard let record = running.removeValue(forKey: service) else { return }
        if !isLast, Int.random(in: 0..<3, using: &dice) == 0 {
            var followUp = newRecord(service, record.trigger, record.wish)
            followUp.attempt = record.attempt + Int.random(in: 0...1, using: &dice)
            followUp.notBefore = now + .seconds(Int.random(in: 1...60, using: &dice))
            let before = queue.waitingRecord(of: service)
            if let merged = queue.merged(followUp: followUp) {
                expect(merged.id == (before ?? followUp).id, "a second one waits for \(service)")
                queue.restore(waiting: merged)
                promised.insert(merged.id)
            } else {
                expect(before != nil, "the next try was lost")
            }
        }
        queue.finished(service)
    }
}

extension Array {
    fileprivate func isSorted(_ isBefore: (Element, Element) -> Bool) -> Bool {
        zip(self, dropFirst()).allSatisfy(isBefore)
    }
}
