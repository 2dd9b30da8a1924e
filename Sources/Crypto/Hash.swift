import CCrypto

/// A hash function, plain and keyed.
package enum Hash: String, Hashable, Sendable, CaseIterable {
    /// Only for what others sign with it; nothing of ours does.
    case sha1
    case sha256
    case sha512

    /// In bytes.
    package var size: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    package func digest(of bytes: some Sequence<UInt8>) -> [UInt8] {
        fill { output in
            bytes.withBytes { EVP_Digest($0.baseAddress, $0.count, output, nil, algorithm, nil) == 1 }
        }
    }

    /// The HMAC of a message (RFC 2104).
    package func authentication(of message: some Sequence<UInt8>, key: some Sequence<UInt8>) -> [UInt8] {
        fill { output in
            message.withBytes { message in
                key.withBytes { key in
                    // Without an address it would take the key of the call before.
                    let address = key.baseAddress ?? UnsafeRawPointer(output)
                    let bytes = message.bindMemory(to: UInt8.self)
                    return HMAC(
                        algorithm, address, Int32(key.count), bytes.baseAddress, bytes.count, output, nil) != nil
                }
            }
        }
    }

    private var algorithm: OpaquePointer {
        switch self {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha512: EVP_sha512()
        }
    }

    private func fill(_ body: (UnsafeMutablePointer<UInt8>) -> Bool) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // Nothing that is asked of it depends on the data, so that it can only fail for lack of memory.
            precondition(body(buffer.baseAddress!), "libcrypto cannot compute \(rawValue)")
            count = size
        }
    }
}

extension Sequence<UInt8> {
    /// The bytes where they lie, if they lie in a row, and a copy otherwise.
    fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        return Array(self).withUnsafeBytes(body)
    }
}
