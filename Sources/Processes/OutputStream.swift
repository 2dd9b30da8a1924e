/// Which of its two streams a program wrote to.
package enum OutputStream: Hashable, Sendable {
    case output
    case errors
}
