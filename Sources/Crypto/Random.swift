import CCrypto
package import Model

/// Randomness that nobody can guess.
package enum Random {
    /// Digits and letters, 62 of them: nearly six bits each.
    package static let alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    package static func bytes(_ count: Int) throws(Problem) -> [UInt8] {
        var isRandom = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            isRandom = count == 0 || RAND_bytes(buffer.baseAddress, Int32(count)) == 1
            filled = isRandom ? count : 0
        }
        guard isRandom else { throw Problem(.failed, "the system gave no random bytes") }
        return bytes
    }

    /// A text of so many characters of the alphabet (ASCII, 2 to 256 of them), each as likely as any other.
    package static func token(length: Int, alphabet: String = alphanumeric) throws(Problem) -> String {
        let letters = Array(alphabet.utf8)
        precondition(2...256 ~= letters.count && letters.allSatisfy { $0 < 128 }, "not an alphabet: \(alphabet)")
        // What is left over beyond a multiple of the alphabet's size would favour its first letters.
        let bound = 256 - 256 % letters.count
        var text: [UInt8] = []
        while text.count < length {
            let usable = try bytes(length).filter { Int($0) < bound }
            text += usable.prefix(length - text.count).map { letters[Int($0) % letters.count] }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
