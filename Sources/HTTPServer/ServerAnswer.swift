/// What a handler answers.
///
/// The server writes `Content-Length`, `Transfer-Encoding`, `Date` and, but for a "close", `Connection` itself and
/// leaves those out that are given. An answer to HEAD keeps its length and loses its body.
package enum ServerAnswer: Sendable {
    case full(status: Int, headers: [(String, String)] = [], body: [UInt8] = [])
    case stream(status: Int, headers: [(String, String)] = [], ByteStream)
}
