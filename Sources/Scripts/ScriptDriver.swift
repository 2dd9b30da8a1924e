package import Lifecycle
package import Model
import Processes
import Synchronization

/// Moves a service by the owner's own scripts: "run this on the remote machine, safely".
///
/// - `run` gets `GRAPNEL_FROM` and `GRAPNEL_TO`, and moves the service to the latter.
/// - `rollback` puts `GRAPNEL_RESTORE` back. After a failed deploy that is `GRAPNEL_FROM`, `GRAPNEL_TO` is what failed
///   and `GRAPNEL_REASON` says why; for `grapnel rollback` it is `GRAPNEL_TO`.
/// - `revision` says what `run` would deploy now.
///
/// What a script starts and leaves behind in its process group ends with it. A daemon in a session of its own stays,
/// but carries the deploy's marker: start it through a service manager, or with `env -u GRAPNEL_DEPLOY`, so that the
/// recovery of a deploy that is cut off later does not take it for a part of the script.
package struct ScriptDriver: ServiceDriver {
    let runner: ScriptRunner
    private let known = KnownRevisions()

    /// `environment` is the agent's own; `directory` is where scripts without a directory of their own start.
    package init(environment: [String: String], directory: String) {
        runner = ScriptRunner(environment: environment, directory: directory)
    }

    func definition(of deploy: Deploy) throws(Problem) -> ScriptDefinition {
        guard case .script(let definition) = deploy.service.kind else {
            throw Problem(.invalid, "\(deploy.service.place): expected a service whose driver is script")
        }
        return definition
    }

    package func candidates(_ deploy: Deploy) async throws(Problem) -> Candidates? {
        guard let script = try definition(of: deploy).revisionScript else { return Candidates([]) }
        let revision = try await revision(script, deploy)
        known.remember(revision, for: deploy)
        return Candidates([revision])
    }

    package func check(_ wish: Wish, for service: Service) throws(Problem) {
        guard case .script(let definition) = service.kind else { return }
        switch wish.target {
        case .follow: break
        case .tag(let tag): _ = try Revision.checked(tag, .usage, at: service.place)
        case .image:
            throw Problem(
                .usage, "\(service.place): a script has no image; deploy --tag REVISION names the revision to deploy")
        case .previous:
            guard definition.rollback != nil else {
                throw Problem(
                    .usage,
                    "\(service.place).script has no \"rollback\": nothing knows how to go back; deploy --tag REVISION "
                        + "runs the script with that revision")
            }
        }
    }

    package func plan(_ deploy: Deploy, chosen: String?, state: ServiceState) async throws(Problem) -> Plan {
        let place = deploy.service.place
        let definition = try definition(of: deploy)
        // The settings may have changed since it was asked for.
        try check(deploy.wish, for: deploy.service)
        switch deploy.wish.target {
        case .tag(let tag), .image(let tag): return Plan(from: state.current, to: .revision(tag))
        case .previous:
            guard let previous = state.previous else {
                throw Problem(
                    .usage,
                    "\(place): no earlier revision is known to go back to; deploy --tag REVISION runs the script with that "
                        + "revision")
            }
            return Plan(from: state.current, to: previous)
        case .follow:
            return try await follow(deploy, definition, chosen: chosen, current: state.current)
        }
    }

    private func follow(
        _ deploy: Deploy, _ definition: ScriptDefinition, chosen: String?, current: Release?
    ) async throws(Problem) -> Plan {
        if let chosen {
            let place = "\(deploy.service.place): a select-tag hook"
            return Plan(from: current, to: .revision(try Revision.checked(chosen, .invalid, at: place)))
        }
        guard let script = definition.revisionScript else {
            if deploy.trigger.kind == .poll {
                // Otherwise a poll would run the script every few minutes.
                let reason = "\(deploy.service.place).script has no \"revision\": a poll cannot see what is new"
                return Plan(from: current, to: nil, reason: reason)
            }
            return Plan(from: current, to: .nameless(in: deploy.id))
        }
        if let revision = known.take(for: deploy) { return Plan(from: current, to: .revision(revision)) }
        return Plan(from: current, to: .revision(try await revision(script, deploy)))
    }

    private func revision(_ script: Script, _ deploy: Deploy) async throws(Problem) -> String {
        let place = "\(deploy.service.place).script.revision"
        do throws(Problem) {
            let (text, isWhole) = try await runner.output(of: script, for: deploy, limit: 4096)
            return try Revision.firstLine(of: text, isWhole: isWhole, at: place)
        } catch {
            throw error.code == .interrupted || error.message.hasPrefix(place) ? error : error.at(place)
        }
    }

    package func look(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> Look {
        Look(running: .notAProcess)
    }

    package func settle(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {}
}

extension Service {
    /// Where the settings define it.
    var place: String { "services.\(name)" }
}
