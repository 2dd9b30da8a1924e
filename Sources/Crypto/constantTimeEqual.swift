import CCrypto

/// Compares secrets: how long it takes tells nothing about where they differ. That their lengths differ may show.
package func constantTimeEqual(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Bool {
    let first = Array(first), second = Array(second)
    return first.count == second.count && CRYPTO_memcmp(first, second, first.count) == 0
}
