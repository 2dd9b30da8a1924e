/// Until the condition holds; false when it does not within the time, which is generous: other tests and programs
/// share the machine.
@discardableResult
package func wait(_ most: Duration = .seconds(60), until condition: () async -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + most
    while await !condition() {
        if ContinuousClock.now > deadline { return false }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return true
}
