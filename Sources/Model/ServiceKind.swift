/// Which driver moves a service, and what that driver has to know.
package enum ServiceKind: Hashable, Sendable {
    case container(ContainerDefinition)
    case compose(ComposeDefinition)
    case swarm(SwarmDefinition)
    case script(ScriptDefinition)

    package var driver: Driver {
        switch self {
        case .container: .container
        case .compose: .compose
        case .swarm: .swarm
        case .script: .script
        }
    }
}

package enum Driver: String, Hashable, Sendable, CaseIterable {
    case container, compose, swarm, script
}
