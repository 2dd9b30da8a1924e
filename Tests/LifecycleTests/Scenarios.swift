import Lifecycle
import Model
import TestKit

extension Scenario {
    private static let everyHook: [RecordingHooks.Script] = [
        RecordingHooks.Script(.prePull, "10-disk", .proceed), RecordingHooks.Script(.verify, "20-cosign", .proceed),
        RecordingHooks.Script(.preUp, "30-backup", .proceed),
        RecordingHooks.Script(.preUp, "31-drain", isIdempotent: true, .proceed),
        RecordingHooks.Script(.postUp, "40-migrate", .proceed),
        RecordingHooks.Script(.rollback, "50-unmigrate", .proceed),
        RecordingHooks.Script(.rollback, "51-page", .proceed),
    ]

    private static func hooks(_ point: HookPoint, _ answers: [RecordingHooks.Answer]) -> [RecordingHooks.Script] {
        everyHook + [RecordingHooks.Script(point, "99-last", answers)]
    }

    private static func failing(_ operation: SimulatedWorld.Operation, times: Int = .max) -> Scenario {
        Scenario(
            name: "\(operation.rawValue) of the new release fails", hooks: everyHook, isBad: true,
            outcomes: [.rolledBack, .aborted]
        ) { world in
            world.fail(operation, of: new, Problem(.failed, "\(operation.rawValue): no such luck"), times: times)
        }
    }

    private static let mayBeCutOff: Set<Outcome> = [.rolledBack, .aborted]

    static let all: [Scenario] = [
        Scenario(name: "a good release", outcomes: [.deployed]),
        Scenario(
            name: "a good release with hooks", hooks: everyHook, outcomes: mayBeCutOff.union([.deployed])),
        Scenario(name: "the first release", hooks: everyHook, isFirst: true, outcomes: [.deployed, .failed, .aborted]),
        Scenario(
            name: "a chosen release", wish: Wish(.tag("1.1")), hooks: everyHook,
            outcomes: mayBeCutOff.union([.deployed])),
        Scenario(
            name: "a good release that the driver does not take up again", hooks: everyHook,
            continuation: .undo(reason: "a step is missing"), outcomes: mayBeCutOff.union([.deployed])),
        Scenario(
            name: "a poll's release that the driver does not take up again", trigger: Trigger(.poll),
            continuation: .undo(reason: "a step is missing"), outcomes: [.deployed]),
        failing(.create), failing(.rename), failing(.start),
        Scenario(
            name: "a hook that rolls back", hooks: hooks(.postUp, [.gives(.rollBack(reason: "migration failed"))]),
            isBad: true, outcomes: mayBeCutOff),
        Scenario(
            name: "a hook that errs", hooks: hooks(.postUp, [.fails(Problem(.failed, "line 3: nil"))]), isBad: true,
            outcomes: mayBeCutOff),
        Scenario(name: "a release that exits", hooks: everyHook, isBad: true, outcomes: mayBeCutOff) { world in
            world.show(new, [Look(running: .running), Look(running: .exited(code: 1))])
        },
        Scenario(name: "a release that stays unhealthy", isBad: true, outcomes: [.rolledBack]) { world in
            world.show(new, [Look(running: .running, health: .starting)])
        },
        Scenario(
            name: "the first release, and a bad one", isFirst: true, isBad: true, outcomes: [.failed]
        ) { world in world.show(new, [Look(running: .exited(code: 1))]) },
        Scenario(name: "a veto", hooks: hooks(.preUp, [.gives(.abort(reason: "frozen"))]), outcomes: [.aborted]),
        Scenario(
            name: "a delay, and then a go", trigger: Trigger(.webhook, by: "github"),
            hooks: [
                RecordingHooks.Script(
                    .preUp, "30-window", isIdempotent: true,
                    [.gives(.postpone(.seconds(600), reason: "not now")), .gives(.proceed)])
            ], outcomes: [.deployed]),
        Scenario(
            name: "a registry that fails twice", trigger: Trigger(.poll), outcomes: [.deployed]
        ) { world in
            world.fail(.pull, Problem(.unreachable, "registry: no answer"), times: 2)
        },
        Scenario(
            name: "an engine that does not answer for a while", hooks: everyHook,
            outcomes: mayBeCutOff.union([.deployed])
        ) { world in
            let problem = Problem(.unreachable, "engine: connection refused")
            world.fail(.stop, problem, times: 2)
            world.fail(.start, problem, times: 2)
            world.fail(.look, problem, times: 2)
        },
        Scenario(
            name: "an engine that does not answer for a while, and a bad release", hooks: everyHook, isBad: true,
            outcomes: mayBeCutOff
        ) { world in
            let problem = Problem(.unreachable, "engine: connection refused")
            world.show(new, [Look(running: .exited(code: 1))])
            world.fail(.rename, problem, times: 3)
            world.fail(.remove, problem, times: 2)
        },
        Scenario(
            name: "a good release that cannot be tidied up", outcomes: [.deployed]
        ) { world in world.fail(.remove, of: old, Problem(.failed, "in use"), times: 1) },
    ]
}
