import Files
import Glibc
import Hooks
import Model
import TestKit
import Testing

@Suite("Finding hooks")
struct HookFinderTests {
    private let tree = FileTree()

    private var finder: HookFinder { HookFinder(directories: [tree.path("shipped"), tree.path("own")]) }

    /// Name and remark of each, in order.
    private func lines(_ files: [HookFile]) -> [String] {
        files.map { file in file.name + (file.remark.map { " (\($0))" } ?? "") }
    }

    @Test("they come by file name, one for every service before one of the same name, the drop-in last")
    func order() {
        for name in [
            "own/web/post-up.d/20-b", "own/post-up.d/20-b", "own/post-up.d/9-z", "shipped/post-up.d/10-a",
            "own/web/post-up.d/15-x", "shipped/web/post-up.d/30-c",
        ] {
            tree.script(name, "exit 0")
        }
        tree.file("own/web.lua", "return {}")
        tree.file("own/post-up.d/25-lua.lua", "return {}")
        let found = finder.files(for: "web")
        #expect(
            lines(found) == [
                "post-up.d/10-a", "web/post-up.d/15-x", "post-up.d/20-b", "web/post-up.d/20-b", "post-up.d/25-lua.lua",
                "web/post-up.d/30-c", "post-up.d/9-z", "web.lua",
            ])
        #expect(
            found.map(\.kind) == [
                .executable, .executable, .executable, .executable, .lua, .executable, .executable, .dropIn,
            ])
        #expect(found.allSatisfy { $0.point == .postUp || $0.name == "web.lua" })
        #expect(found.last?.service == "web")
    }

    @Test("a service sees its own hooks and those for every service, and nobody else's")
    func services() {
        tree.script("own/web/verify.d/a", "")
        tree.script("own/api/verify.d/b", "")
        tree.script("own/verify.d/c", "")
        tree.file("own/web.lua")
        tree.file("own/api.lua")
        #expect(lines(finder.files(for: "web")) == ["web/verify.d/a", "verify.d/c", "web.lua"])
        #expect(lines(finder.files(for: "../own")) == ["verify.d/c"])
        #expect(lines(finder.survey()) == ["web/verify.d/a", "api/verify.d/b", "verify.d/c", "api.lua", "web.lua"])
    }

    @Test("a file of the same name in a later directory replaces the earlier one")
    func replaced() {
        tree.script("shipped/pre-up.d/10-drain", "")
        tree.script("own/pre-up.d/10-drain", "")
        tree.file("shipped/web.lua")
        tree.file("own/web.lua")
        #expect(
            lines(finder.survey()) == [
                "pre-up.d/10-drain",
                "pre-up.d/10-drain (replaced by \(tree.path("own/pre-up.d/10-drain")))",
                "web.lua",
                "web.lua (replaced by \(tree.path("own/web.lua")))",
            ])
        #expect(finder.survey().filter { $0.status == .active }.map(\.path).allSatisfy { $0.contains("/own/") })
    }

    @Test("a link to /dev/null disables one of the same name, whatever its kind")
    func disabled() {
        tree.script("shipped/pre-up.d/10-drain", "")
        tree.link("own/pre-up.d/10-drain", to: "/dev/null")
        tree.file("shipped/web.lua")
        tree.link("own/web.lua", to: "/dev/null")
        tree.link("own/notify.d/nothing", to: "/dev/null")
        #expect(
            lines(finder.survey()) == [
                "pre-up.d/10-drain (disabled by \(tree.path("own/pre-up.d/10-drain")))",
                "notify.d/nothing (disabled by \(tree.path("own/notify.d/nothing")))",
                "web.lua (disabled by \(tree.path("own/web.lua")))",
            ])
        #expect(finder.survey().first?.path == tree.path("shipped/pre-up.d/10-drain"))
    }

    @Test("what is ignored replaces nothing, so that a slip does not take a check away")
    func ignoredReplacesNothing() {
        tree.script("shipped/verify.d/10-signature", "")
        tree.file("own/verify.d/10-signature", "#!/bin/sh\n")
        #expect(
            lines(finder.survey()) == [
                "verify.d/10-signature (ignored: it is not executable, and its name does not end in \".lua\")",
                "verify.d/10-signature",
            ])
    }

    @Test(
        "file names that are no hooks are ignored with the reason",
        arguments: [
            (".hidden", "its name begins with a dot"),
            ("10-x~", "its name ends in \"~\", as backups do"),
            ("10-x.bak", "its name ends in \".bak\", as backups do"),
            ("10-x.rpmsave", "its name ends in \".rpmsave\", as backups do"),
            ("10-x.dpkg-dist", "its name ends in \".dpkg-dist\", as backups do"),
            ("10 x", "its name contains \" \", expected only letters, digits, \".\", \"_\" and \"-\""),
            ("10-é", "its name contains \"é\", expected only letters, digits, \".\", \"_\" and \"-\""),
            ("#10#", "its name contains \"#\", expected only letters, digits, \".\", \"_\" and \"-\""),
        ])
    func names(name: String, reason: String) {
        tree.script("own/web/post-up.d/\(name)", "")
        #expect(lines(finder.survey()) == ["web/post-up.d/\(name) (ignored: \(reason))"])
    }

    @Test("what is not executable, not regular, or writable by others is ignored with the reason")
    func content() {
        tree.file("own/post-up.d/1-text", "hello")
        tree.script("own/post-up.d/2-group", "", mode: 0o775)
        tree.file("own/post-up.d/3-all.lua", "", mode: 0o666)
        tree.directory("own/post-up.d/4-directory")
        mkfifo(tree.path("own/post-up.d/5-pipe"), 0o755)
        tree.link("own/post-up.d/6-broken", to: "gone")
        tree.link("own/post-up.d/7-device", to: "/dev/zero")
        #expect(
            lines(finder.survey()) == [
                "post-up.d/1-text (ignored: it is not executable, and its name does not end in \".lua\")",
                "post-up.d/2-group (ignored: it is writable by its group (mode 0775))",
                "post-up.d/3-all.lua (ignored: it is writable by everyone (mode 0666))",
                "post-up.d/4-directory (ignored: it is not a regular file)",
                "post-up.d/5-pipe (ignored: it is not a regular file)",
                "post-up.d/6-broken (ignored: it is a link that leads nowhere)",
                "post-up.d/7-device (ignored: it is not a regular file)",
            ])
        #expect(finder.survey().allSatisfy { $0.kind == nil && $0.status != .active })
    }

    @Test("a link is followed if everything on the way can be trusted")
    func links() {
        tree.directory("elsewhere", mode: 0o777)
        tree.script("elsewhere/bad", "")
        tree.script("library/good", "")
        tree.link("own/post-up.d/1-good", to: "../../library/good")
        tree.link("own/post-up.d/2-bad", to: "../../elsewhere/bad")
        #expect(
            lines(finder.survey()) == [
                "post-up.d/1-good",
                "post-up.d/2-bad (ignored: \(tree.path("elsewhere")) is writable by everyone (mode 0777))",
            ])
    }

    @Test("what belongs to another user is ignored", .enabled(if: geteuid() == 0))
    func owner() {
        chown(tree.script("own/post-up.d/theirs", ""), 4321, 4321)
        #expect(lines(finder.survey()) == ["post-up.d/theirs (ignored: it belongs to user 4321, expected root)"])
    }

    @Test("a directory that others may write to is ignored with all that is in it")
    func directory() {
        tree.script("own/web/post-up.d/a", "")
        chmod(tree.path("own/web"), 0o777)
        tree.script("shipped/post-up.d/b", "")
        chmod(tree.path("shipped"), 0o775)
        #expect(
            lines(finder.survey()).sorted() == [
                "/ (ignored: it is writable by its group (mode 0775))",
                "web/ (ignored: it is writable by everyone (mode 0777))",
            ])
    }

    @Test("a directory that is no hook point's is reported with a suggestion")
    func unknownPoint() {
        tree.script("own/post_up.d/a", "")
        tree.script("own/web/before-stop.d/a", "")
        #expect(
            lines(finder.survey()) == [
                "post_up.d/ (ignored: \"post_up\" is not a hook point, did you mean \"post-up\"?)",
                "web/before-stop.d/ (ignored: \"before-stop\" is not a hook point, expected one of select-tag, pre-pull, "
                    + "verify, pre-up, post-up, health, rollback, notify, webhook, command)",
            ])
    }

    @Test("a file in the wrong place is reported")
    func misplaced() {
        tree.script("own/20-migrate", "")
        tree.script("own/web/20-migrate", "")
        #expect(
            lines(finder.survey()) == [
                "20-migrate (ignored: expected a directory such as \"post-up.d\", or a service's file such as \"web.lua\")",
                "web/20-migrate (ignored: expected a directory such as \"web/post-up.d\")",
            ])
    }

    @Test("directories that do not exist hold no hooks")
    func missing() {
        #expect(finder.survey() == [])
    }
}
