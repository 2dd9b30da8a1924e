import CCrypto
import Glibc
package import Model

/// What a certificate says of its own time.
package struct Certificate: Hashable, Sendable {
    package let begins: Timestamp
    package let ends: Timestamp

    /// All that a PEM file holds, in its order: an authority's file may have several. Nil for what is none.
    package static func all(pem: [UInt8]) -> [Certificate]? {
        guard pem.count <= Int(Int32.max), let input = BIO_new_mem_buf(pem, Int32(pem.count)) else { return nil }
        defer { BIO_free(input) }
        var found: [Certificate] = []
        while let certificate = PEM_read_bio_X509(input, nil, nil, nil) {
            defer { X509_free(certificate) }
            guard let begins = moment(X509_get0_notBefore(certificate)),
                let ends = moment(X509_get0_notAfter(certificate))
            else { return nil }
            found.append(Certificate(begins: begins, ends: ends))
        }
        // The end of the file is an error to it, and would be taken for one of the next call.
        ERR_clear_error()
        return found.isEmpty ? nil : found
    }

    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Timestamp(microseconds: Int64(timegm(&parts)) * 1_000_000)
    }
}
