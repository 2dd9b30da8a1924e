import Model
import YAML

extension Value {
    func health() -> HealthDefinition? {
        guard var keys = keys() else { return nil }
        var health = HealthDefinition()
        health.http = keys.read("http") { $0.httpProbe() }
        health.tcp = keys.read("tcp") { $0.tcpProbe() }
        health.exec = keys.read("exec") { $0.execProbe() }
        health.grace = keys.read("grace") { $0.duration(atLeast: .seconds(1)) } ?? health.grace
        let stable = keys.value("stable")
        health.stable = stable?.duration(atLeast: .zero) ?? health.stable
        health.interval = keys.read("interval") { $0.duration(atLeast: .milliseconds(100)) } ?? health.interval
        health.timeout = keys.read("timeout") { $0.duration(atLeast: .milliseconds(100)) } ?? health.timeout
        keys.finish()
        if health.stable > health.grace {
            let message =
                "stable (\(health.stable.text)) is longer than grace (\(health.grace.text)), so nothing could pass"
            (stable ?? self).refuse(message)
        }
        return health
    }

    /// A URL, or a mapping with it and the statuses that are healthy.
    private func httpProbe() -> HealthDefinition.HTTPProbe? {
        guard node.mapping != nil else { return plainHTTPProbe() }
        guard var keys = keys() else { return nil }
        var probe = keys.require("url") { $0.plainHTTPProbe() }
        if let statuses = keys.read("status", { value in value.elements().compactMap { $0.statuses() } }) {
            probe?.statuses = statuses
        }
        keys.finish()
        return probe
    }

    private func plainHTTPProbe() -> HealthDefinition.HTTPProbe? {
        url().map { HealthDefinition.HTTPProbe(url: $0, source: node.scalar?.text) }
    }

    private func execProbe() -> HealthDefinition.ExecProbe? {
        program().map { HealthDefinition.ExecProbe($0, source: elements().map { $0.node.scalar?.text ?? "" }) }
    }

    private func statuses() -> ClosedRange<Int>? {
        parsed("a status", "for example 200 or \"200-299\"") { text in
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let low = ends[0], let high = ends[ends.count - 1], 100...599 ~= low,
                low <= high, high <= 599
            else { return nil }
            return low...high
        }
    }
}
