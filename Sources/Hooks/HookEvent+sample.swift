package import Lifecycle
package import Model

extension HookEvent {
    /// What a hook could be told at a hook point, for trying it: a deploy of the service from one made-up release to
    /// another.
    package static func sample(_ point: HookPoint, of service: Service, at moment: Timestamp) -> HookEvent {
        var deploy = Deploy(
            id: DeployID("sample"), service: service, trigger: Trigger(.commandLine, by: "hooks test"), wish: Wish(),
            attempt: 1, from: release(of: service, "1.0.0", "a"))
        if point != .selectTag { deploy.to = release(of: service, "1.1.0", "b") }
        if point == .rollback { deploy.failure = "a sample of a failure" }
        let event =
            point == .notify
            ? Event(
                at: moment, kind: .deployed, service: service.name, deploy: deploy.id,
                message: "\(service.name) runs 1.1.0", from: deploy.from, to: deploy.to) : nil
        return HookEvent(
            point: point, deploy: deploy, tags: point == .selectTag ? ["1.0.0", "1.1.0", "latest"] : [], event: event)
    }

    private static func release(of service: Service, _ version: String, _ digit: Character) -> Release {
        guard let image = service.image else { return .revision(version) }
        return .image(
            reference: "\(image.familiarRepository):\(version)",
            digest: "sha256:" + String(repeating: digit, count: 64))
    }
}
