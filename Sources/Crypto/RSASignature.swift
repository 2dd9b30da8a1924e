import CCrypto
package import Model

/// RSA with SHA-256 as JSON web tokens have it (RS256: PKCS #1 version 1.5).
package enum RSASignature {
    /// `key` is a private key in PEM, without a password.
    package static func sign(_ message: [UInt8], key: [UInt8]) throws(Problem) -> [UInt8] {
        defer { ERR_clear_error() }
        guard key.count <= 1 << 20, let input = BIO_new_mem_buf(key, Int32(key.count)) else {
            throw Problem(.invalid, "the private key is too large to be one")
        }
        defer { BIO_free(input) }
        // Without the function it would ask for a password at the terminal.
        guard let parsed = PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in 0 }, nil) else {
            throw Problem(.invalid, "it is no private key, expected one in PEM without a password")
        }
        defer { EVP_PKEY_free(parsed) }
        guard EVP_PKEY_get_base_id(parsed) == EVP_PKEY_RSA else {
            throw Problem(.invalid, "the private key is not an RSA key")
        }
        guard let context = EVP_MD_CTX_new() else { throw Problem(.limit, "no memory to sign") }
        defer { EVP_MD_CTX_free(context) }
        var count = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, parsed) == 1,
            EVP_DigestSign(context, nil, &count, message, message.count) == 1
        else { throw Problem(.failed, "libcrypto cannot sign with this key") }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else {
            throw Problem(.failed, "libcrypto cannot sign with this key")
        }
        return Array(signature.prefix(count))
    }
}
