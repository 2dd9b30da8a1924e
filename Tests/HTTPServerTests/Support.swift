import Synchronization
import TestKit

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
    func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

/// Sends the text on a connection of its own and answers what came until the server closed.
func exchange(_ port: UInt16, _ text: String) async -> String {
    await onThread {
        let client = RawClient(port: port)
        client.send(text)
        return client.readToEnd()
    }
}

/// A gate that tasks wait at until it is opened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var arrived = 0

    func pass() async {
        arrived += 1
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    /// Until so many have come to the gate.
    func waitForArrivals(_ count: Int) async {
        while arrived < count { try? await Task.sleep(for: .milliseconds(5)) }
    }
}
