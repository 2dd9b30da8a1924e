/// How often a registry is asked for a new release.
package enum Polling: Hashable, Sendable {
    case off
    case every(Duration)
}
