/// A release that is deployed onto `v1`, and what comes of it.
enum Scenario: String, CaseIterable {
    case good = "v2"
    case withIdempotentHooks = "v2-again"
    case unhealthy = "bad-health"
    case refusedByItsHook = "bad-hook"
    case failingScript = "bad-run"

    var release: String { rawValue }
    var isGood: Bool { self == .good || self == .withIdempotentHooks }
    var hooksAreIdempotent: Bool { self == .withIdempotentHooks }
}
