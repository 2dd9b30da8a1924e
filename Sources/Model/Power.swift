/// What a hook or plugin may do beyond computing. It declares its powers in `needs`; `hooks.allow` in the
/// settings bounds what may be declared.
package enum Power: String, Hashable, Sendable, CaseIterable {
    case http, exec, docker, files, secrets
}
