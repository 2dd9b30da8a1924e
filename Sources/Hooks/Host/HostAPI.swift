/// All functions of the table `agent`. See `AgentFunction` for how to add one.
package enum HostAPI {
    package static let functions: [AgentFunction] =
        verdicts + logging + json + time + environment + http + exec + docker + files + store + semver + tags + crypto
}
