/// What a program in a container writes to. With a terminal there is only `stdout`.
package enum ContainerStream: String, Hashable, Sendable {
    case stdout, stderr

    package typealias Output = @Sendable (ContainerStream, ArraySlice<UInt8>) -> Void
}
