import Glibc
import Model
import Processes
import Synchronization
import TestKit
import Testing

@Suite struct OwnThreadTests {
    @Test func theAnswerComesFromAnotherThread() async throws {
        let answer = try await OwnThread.run { pthread_self() }
        #expect(answer != nil)
        #expect(answer != pthread_self())
    }

    @Test func cancellingDoesNotWaitForTheThread() async throws {
        let gate = Gate()
        let task = Task {
            try await OwnThread.run {
                gate.isEntered.store(true, ordering: .releasing)
                while !gate.isOpen.load(ordering: .acquiring) { usleep(1000) }
                return "the thread's answer"
            }
        }
        #expect(await wait { gate.isEntered.load(ordering: .acquiring) })
        task.cancel()
        #expect(try await task.value == nil)
        gate.isOpen.store(true, ordering: .releasing)
    }

    private final class Gate: Sendable {
        let isEntered = Atomic(false)
        let isOpen = Atomic(false)
    }
}
