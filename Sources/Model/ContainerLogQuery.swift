/// Which part of a container's log.
package struct ContainerLogQuery: Hashable, Sendable {
    /// So many lines from the end; nil for all.
    package var tail: Int?
    package var since: Timestamp?
    /// Each line begins with its moment, as the engine writes it.
    package var timestamps: Bool
    /// Goes on with what is printed from now on, until the container stops.
    package var follow: Bool
    package var timeout: Duration?

    package init(
        tail: Int? = nil, since: Timestamp? = nil, timestamps: Bool = false, follow: Bool = false,
        timeout: Duration? = nil
    ) {
        self.tail = tail
        self.since = since
        self.timestamps = timestamps
        self.follow = follow
        self.timeout = timeout
    }
}
