import Model
import Processes
import TestKit

/// A home with one script service whose every step takes a while, and leaves its trace in the ledger.
///
/// The world is right when the files `first` and `second` both name the release that the service is said to run:
/// a script that is overtaken by another leaves them different.
final class World: ProgramHome {
    let tree = FileTree()

    static let settings = """
        services:
          site:
            driver: script
            script:
              directory: site
              revision: [cat, available]
              run: [./run.sh]
              rollback: [./rollback.sh]
              timeout: 1m
            health: { exec: [./check.sh], interval: 100ms, stable: 300ms, grace: 2s }
        """

    /// A first release runs.
    private static let prepared = Task { () async throws -> World in
        let world = World()
        world.write()
        let result = try await world.whileRunning { _ in try await world.program.run("deploy", "site") }
        guard result.succeeded else { throw Problem(.failed, "the first deploy failed: \(result.errorsText)") }
        return world
    }

    static func withFirstRelease(_ available: String, idempotentHooks: Bool) async throws -> World {
        let template = try await prepared.value
        let world = World()
        try await copy(template.tree.path, to: world.tree.path)
        world.offer(available)
        world.tree.file("site/ledger")
        if idempotentHooks { world.writeHooks(declaration: "# grapnel: idempotent") }
        return world
    }

    private func write() {
        tree.file("grapnel.yaml", World.settings)
        offer("v1")
        // What a script is, in what deploy, for which release; one write, so that lines do not mix. A shell tells
        // standard error that its child was terminated, which nobody reads when the agent is dead.
        tree.file(
            "site/note.sh",
            #"""
            trap '' PIPE
            note() { echo "$1 $what $GRAPNEL_DEPLOY ${GRAPNEL_TO:-none} $$ $(date +%s.%N)" >>"$world/ledger"; }

            """#)
        // Not to be ended politely, and half-way for a while: whoever undoes it too early is overtaken.
        tree.script(
            "site/run.sh",
            """
            trap '' TERM
            what=run world=$PWD; . ./note.sh
            note begin
            echo "$GRAPNEL_TO" >first
            sleep 0.4
            echo "$GRAPNEL_TO" >second
            note end
            [ "$GRAPNEL_TO" != bad-run ]
            """)
        tree.script(
            "site/rollback.sh",
            """
            what=rollback world=$PWD; . ./note.sh
            trap 'note killed; exit 143' TERM
            note begin
            echo "$GRAPNEL_RESTORE" >first
            sleep 0.4
            echo "$GRAPNEL_RESTORE" >second
            note end
            """)
        tree.script("site/check.sh", #"[ "$(cat first)" = "$(cat second)" ] && [ "$(cat first)" != bad-health ]"#)
        writeHooks(declaration: "# runs once")
    }

    private func writeHooks(declaration: String) {
        for point in ["pre-up", "post-up"] {
            tree.script(
                "hooks/site/\(point).d/10-work",
                """
                \(declaration)
                what=$1 world=$(dirname "$0")/../../../site; . "$world/note.sh"
                trap 'note killed; exit 143' TERM
                note begin
                sleep 0.3
                note end
                [ "$1 $GRAPNEL_TO" != "post-up bad-hook" ]
                """)
        }
        tree.script("hooks/site/rollback.d/10-tell", "exit 0")
    }

    private static func copy(_ from: String, to: String) async throws {
        let result = try await Process.run(ProcessSpec(["cp", "-a", "\(from)/.", to]))
        guard result.succeeded else { throw Problem(.failed, "the home was not copied: \(result.errorsText)") }
    }

    /// What the service runs; nil when it is half-way between two releases.
    var release: String? {
        tree.read("site/first") == tree.read("site/second") ? line("site/first") : nil
    }

    var ledger: Ledger { Ledger(tree.read("site/ledger") ?? "") }
}
