/// Paths of PEM files.
package struct TLSFiles: Hashable, Sendable {
    package let certificate: String
    package let key: String
}
