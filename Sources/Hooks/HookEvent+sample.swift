package import Lifecycle
package import Model

extension HookEvent {
    /// What a hook could be told at a hook point, for trying it: a deploy of the service from one made-up release to
    /// another.
    package static func sample(_ point: HookPoint, of service: Service, at moment: Timestamp) -> HookEvent {
        switch point {
        case .webhook: return HookEvent(sampleRequest(service.name), id: DeployID("sample"))
        case .command:
            let trigger = Trigger(.commandLine, by: "hooks test")
            return HookEvent(
                CommandRequest(name: service.name, arguments: ["one", "two"], trigger: trigger), id: DeployID("sample"))
        default: break
        }
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

    private static func sampleRequest(_ name: String) -> WebhookRequest {
        let payload: JSON = ["ref": "refs/heads/main", "after": "0123abcd", "repository": ["full_name": "me/web"]]
        return WebhookRequest(
            name: name, headers: HTTPHeaders([("Content-Type", "application/json"), ("X-GitHub-Event", "push")]),
            body: Array(payload.text.utf8), address: "192.0.2.1")
    }

    private static func release(of service: Service, _ version: String, _ digit: Character) -> Release {
        guard let image = service.image else { return .revision(version) }
        return .image(
            reference: "\(image.familiarRepository):\(version)",
            digest: "sha256:" + String(repeating: digit, count: 64))
    }
}
