/// Services that no file describes: containers with the label `grapnel.enable=true`.
package struct DiscoverySettings: Hashable, Sendable {
    package var isOn = true
    /// Between two looks at the engine.
    package var every: Duration = .seconds(30)
    /// A label may have a program run on this machine. Whoever can make a container on the engine is not always
    /// somebody who may do that: engines run on other machines, and for other users.
    package var allowsExec = false
}
