import Glibc

/// Chance that can be repeated: the same numbers in every run, so that a failure can be looked at.
package struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// More of everything that is tried at random, and every point of the long matrices: `GRAPNEL_LONG=1`.
package let isLong = getenv("GRAPNEL_LONG").map { String(cString: $0) } == "1"
