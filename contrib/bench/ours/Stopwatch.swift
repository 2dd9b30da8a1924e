struct Stopwatch {
    private let start = ContinuousClock.now

    func microseconds(each count: Int) -> Double {
        (ContinuousClock.now - start) / .microseconds(1) / Double(count)
    }
}
