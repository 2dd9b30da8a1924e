/// What the hooks of one scope may keep in `agent.store`.
package struct StoreLimits: Hashable, Sendable {
    package var keys = 256
    package var keyBytes = 256
    package var valueBytes = 64 << 10
    package var totalBytes = 1 << 20

    package init() {}
}
