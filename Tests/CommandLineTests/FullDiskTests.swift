import Glibc
import Model
import Processes
import TestKit
import Testing

/// The state directory lies on a disk of its own, in a mount namespace of its own, which is filled in mid-deploy.
struct FullDiskTests {
    private static let story = #"""
        set -eu
        grapnel=$1 home=$2
        mkdir -m 700 "$home/state"
        mount -t tmpfs -o size=2m,mode=700 none "$home/state"
        "$grapnel" run --home "$home" 2>"$home/agent.log" &
        agent=$!
        until "$grapnel" status --home "$home" >/dev/null 2>&1; do sleep 0.05; done

        "$grapnel" deploy site --home "$home" >"$home/deploy.txt" &
        deploy=$!
        until [ -s "$home/site/current" ]; do sleep 0.05; done
        dd if=/dev/zero of="$home/state/fill" bs=1k 2>/dev/null || true
        rm "$home/site/closed"
        until grep -q waiting: "$home/deploy.txt"; do sleep 0.05; done
        "$grapnel" status --home "$home" --json >"$home/stalled.json"
        "$grapnel" deploy site --home "$home" --no-wait 2>"$home/refused.txt" && exit 9

        rm "$home/state/fill"
        wait "$deploy"
        "$grapnel" history --home "$home" --json >"$home/history.json"
        until grep -q "site runs v1" "$home/agent.log"; do sleep 0.05; done
        kill "$agent"
        wait "$agent"
        """#

    @Test func `a deploy waits for room on a full disk, says so, and goes on`() async throws {
        let site = Installation()
        site.close()
        var spec = ProcessSpec(
            ["unshare"] + (getuid() == 0 ? ["--mount"] : ["--mount", "--map-root-user"]) + [
                "sh", "-c", Self.story, "sh", Program.path, site.home,
            ])
        spec.environment = site.program.spec([]).environment
        spec.timeout = .seconds(60)
        let result = try await Process.run(spec)
        #expect(result.exitCode == 0, "\(result.errorsText)")
        let problem = #""COMMIT" did not work: database or disk is full (code 13)"#

        let stalled = try JSON(parsing: site.tree.read("stalled.json") ?? "")[0]
        #expect(stalled?["state"] == "deploying")
        let note = stalled?["note"]?.string ?? ""
        #expect(note.hasPrefix("waits: the journal cannot be written: ") && note.hasSuffix(problem))
        #expect(site.tree.read("refused.txt")?.hasSuffix("\(problem)\n") == true)

        let shown = site.tree.read("deploy.txt") ?? ""
        #expect(shown.contains("\n  goes on\n") && shown.contains("\nsite: deployed v1 in "))
        let history = try JSON(parsing: site.tree.read("history.json") ?? "").array ?? []
        #expect(history.map { $0["outcome"] } == ["deployed"])
        // Once each, not once for each look into the outbox.
        let log = (site.tree.read("agent.log") ?? "").split(separator: "\n")
        #expect(log.count { $0.hasSuffix("deploy of site started") } == 1)
        #expect(log.count { $0.hasSuffix("site runs v1") } == 1)
    }
}
