/// What one client may take.
package struct ServerLimits: Sendable {
    package var maximumBody = 1 << 20
    /// Bytes of a request's head; there may be 100 fields in it. The library clears that much and more after each
    /// request: at twice as many bytes a quarter of all time goes there.
    package var maximumHeader = 16 << 10
    package var maximumConnections = 1024
    /// From one IP address; behind a proxy on the same machine all come from one.
    package var maximumConnectionsPerPeer = 256
    /// From the connection's begin to the end of the first head. Later ones have `idle` more.
    package var headDeadline: Duration = .seconds(10)
    /// From the end of the head to the end of the body.
    package var bodyDeadline: Duration = .seconds(30)
    /// From the answer to its last byte, but not for streams.
    package var answerDeadline: Duration = .seconds(120)
    /// Without any progress: between requests, and while a client does not read what is sent. In seconds, 1 at least.
    package var idle: Duration = .seconds(30)

    package init() {}

    static let maximumFields = 100

    /// The watch looks at least this often while there are connections, so that no deadline is overslept.
    var shortest: Duration { min(headDeadline, bodyDeadline, answerDeadline) }
}
