/// Which agents' endpoints are served as theirs were.
package struct CompatSettings: Hashable, Sendable {
    package struct Gopdater: Hashable, Sendable {
        /// Pushes of anyone else are left alone; nil takes everyone's.
        package var owner: String?
        /// `POST /` without a secret in the path is taken too.
        package var isOpen = false
    }

    package var hasAutodok = false
    package var hasContainerUpdater = false
    package var hasDockward = false
    package var gopdater: Gopdater?
}
