import Model
import Testing

@testable import Compose

/// One file of the corpus, and the one place in it where an image is written: what stands there becomes something else,
/// and no other byte does.
struct CorpusCase: Sendable, CustomTestStringConvertible {
    let files: [String]
    var services = ["web"]
    var image = "ghcr.io/me/web"
    var pin: ComposeDefinition.Pin?
    var environment: String?
    /// In which file, on which line, what becomes what.
    let edits: [(file: String, line: Int, old: String, new: String)]

    init(
        _ file: String, line: Int, _ old: String = "1.0", to new: String = wantedTag, image: String = "ghcr.io/me/web"
    ) {
        files = [file]
        edits = [(file, line, old, new)]
        self.image = image
    }

    init(
        _ files: [String], services: [String] = ["web"], environment: String? = nil,
        pin: ComposeDefinition.Pin? = nil, _ edits: [(file: String, line: Int, old: String, new: String)]
    ) {
        self.files = files
        self.services = services
        self.environment = environment
        self.pin = pin
        self.edits = edits
    }

    var testDescription: String { files.joined(separator: ", ") + (pin.map { ", pin: \($0.rawValue)" } ?? "") }

    static let all: [CorpusCase] = [
        CorpusCase("plain.yml", line: 3),
        CorpusCase("plain-with-comment.yml", line: 4),
        CorpusCase("single-quotes.yml", line: 3),
        CorpusCase("double-quotes.yml", line: 3),
        CorpusCase("escapes.yml", line: 3, #"ghcr.io\x2fme/web\u003a1.0"#, to: "ghcr.io/me/web:\(wantedTag)"),
        CorpusCase("value-on-next-line.yml", line: 4),
        CorpusCase("folded-block.yml", line: 4),
        CorpusCase("literal-block.yml", line: 4),
        CorpusCase("flow.yml", line: 1),
        CorpusCase("flow-quoted.yml", line: 1),
        CorpusCase("json.json", line: 4),
        CorpusCase("no-final-newline.yml", line: 3),
        CorpusCase("crlf.yml", line: 3),
        CorpusCase("crlf-quoted.yml", line: 6),
        CorpusCase("mixed-line-endings.yml", line: 4),
        CorpusCase("byte-order-mark.yml", line: 3),
        CorpusCase("tabs-in-comments.yml", line: 4),
        CorpusCase("tabs-before-comments.yml", line: 3),
        CorpusCase("trailing-blanks.yml", line: 3),
        CorpusCase("unicode.yml", line: 6),
        CorpusCase("unicode-line-separators.yml", line: 5),
        CorpusCase("odd-indentation.yml", line: 4),
        CorpusCase("document-start.yml", line: 6),
        CorpusCase("version-key.yml", line: 7),
        CorpusCase("same-text-elsewhere.yml", line: 8),
        CorpusCase("same-image-elsewhere.yml", line: 6),
        CorpusCase("service-called-image.yml", line: 5),
        CorpusCase("quoted-keys.yml", line: 3),
        CorpusCase("anchor-on-image.yml", line: 3),
        CorpusCase("anchor-and-tag.yml", line: 3),
        CorpusCase("alias-one-service.yml", line: 2),
        CorpusCase("merge-key.yml", line: 2),
        CorpusCase("merge-key-overridden.yml", line: 7),
        CorpusCase("merge-list.yml", line: 2),
        CorpusCase("port-in-host.yml", line: 3, image: "registry.example:5000/me/web"),
        CorpusCase("digest-only.yml", line: 3, "@\(oldDigest)", to: ":\(wantedTag)"),
        CorpusCase("tag-and-digest.yml", line: 3, "1.0@\(oldDigest)"),
        CorpusCase("no-tag.yml", line: 3, "me/web", to: "me/web:\(wantedTag)"),
        CorpusCase("short-name.yml", line: 3, image: "nginx"),
        CorpusCase("long-short-name.yml", line: 3, image: "nginx"),
        CorpusCase(
            "no-tag.yml", line: 3, "ghcr.io/me/web", to: "ghcr.io/you/site:\(wantedTag)", image: "ghcr.io/you/site"),
        CorpusCase("default-tag.yml", line: 3),
        CorpusCase("default-without-colon.yml", line: 3),
        CorpusCase("default-nested.yml", line: 3),
        CorpusCase("default-whole-image.yml", line: 3),
        CorpusCase("registry-variable.yml", line: 3),
        CorpusCase("escaped-dollar.yml", line: 3),
        CorpusCase("replacement.yml", line: 3),
        CorpusCase("extends-with-image.yml", line: 8),
        CorpusCase("built-and-named.yml", line: 6),
        CorpusCase("long.yml", line: 1509),
        CorpusCase(
            ["two-services.yml"], services: ["web", "worker"],
            [("two-services.yml", 3, "1.0", wantedTag), ("two-services.yml", 5, "1.0", wantedTag)]),
        CorpusCase(
            ["alias-both-services.yml"], services: ["web", "worker"], [("alias-both-services.yml", 1, "1.0", wantedTag)]
        ),
        CorpusCase(
            ["merge-key-shared.yml"], services: ["web", "worker"], [("merge-key-shared.yml", 2, "1.0", wantedTag)]),
        CorpusCase(
            ["merge-of-a-service.yml"], services: ["web", "worker"], [("merge-of-a-service.yml", 3, "1.0", wantedTag)]),
        CorpusCase(
            ["override-first.yml", "override-second.yml"], [("override-second.yml", 3, "1.0", wantedTag)]),
        CorpusCase(
            ["override-first.yml", "override-without-image.yml"], [("override-first.yml", 3, "0.9", wantedTag)]),
        variable("variable", line: 2), variable("variable-plain", line: 2), variable("variable-export", line: 1),
        variable("variable-quoted", line: 2), variable("variable-crlf", line: 2), variable("variable-twice", line: 2),
        variable("variable-of-variable", line: 2, "${BASE}.0"), variable("variable-image", line: 1),
        CorpusCase(
            ["variable.yml"], environment: "variable.env", pin: .env, [("variable.env", 2, "1.0", wantedTag)]),
    ]

    private static func variable(_ name: String, line: Int, _ old: String = "1.0") -> CorpusCase {
        CorpusCase(["\(name).yml"], environment: "\(name).env", [("\(name).env", line, old, wantedTag)])
    }

    func wanted() throws -> ImageReference { try ImageReference("\(image):\(wantedTag)") }

    func project() throws -> ComposeProject { try Corpus.project(files, environment: environment) }

    /// What a person would have done with an editor.
    func edited(_ file: String) throws -> [UInt8] {
        var bytes = try Corpus.bytes(file)
        for edit in edits where edit.file == file {
            var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
            lines[edit.line - 1] = try CorpusCase.replace(edit.old, edit.new, in: lines[edit.line - 1])
            bytes = Array(lines.joined(separator: [0x0A]))
        }
        return bytes
    }

    private static func replace(_ old: String, _ new: String, in line: [UInt8]) throws -> [UInt8] {
        let old = Array(old.utf8)
        guard line.count >= old.count else { throw Problem(.notFound, "the line is too short") }
        let places = (0...(line.count - old.count)).filter { line[$0..<$0 + old.count].elementsEqual(old) }
        guard places.count == 1 else { throw Problem(.notFound, "the line has it \(places.count) times") }
        var line = line
        line.replaceSubrange(places[0]..<places[0] + old.count, with: Array(new.utf8))
        return line
    }
}

@Suite("Images in compose files")
struct CorpusTests {
    @Test("The image's bytes become others, and no other byte does", arguments: CorpusCase.all)
    func edit(_ one: CorpusCase) throws {
        let project = try one.project()
        let pinned = try PinnedProject(project, one.services, to: try one.wanted(), in: one.pin)
        let files =
            pinned.after.files.map { ($0.path, $0.bytes) } + pinned.after.environmentFiles.map { ($0.path, $0.bytes) }
        for (path, bytes) in files {
            guard let name = path.split(separator: "/").last, name != ".env" else { continue }
            #expect(
                String(decoding: bytes, as: UTF8.self)
                    == String(decoding: try one.edited(String(name)), as: UTF8.self), "\(name)")
        }
        #expect(pinned.edits.count == Set(one.edits.map(\.file)).count)
    }

    @Test("Once it is there, nothing is left to be edited", arguments: CorpusCase.all)
    func again(_ one: CorpusCase) throws {
        let pinned = try PinnedProject(try one.project(), one.services, to: try one.wanted(), in: one.pin)
        #expect(try PinnedProject(pinned.after, one.services, to: try one.wanted(), in: one.pin).edits.isEmpty)
    }

    @Test(
        "What cannot be edited for the service alone is refused, and a way out is named",
        arguments: [
            ("alias-both-services.yml", nil, "alias-both-services.yml:1:10"),
            ("alias-both-services.yml", nil, "with that of worker, which would move too; leave \"service\" out"),
            ("merge-key-shared.yml", nil, "with that of worker"),
            ("merge-of-a-service.yml", nil, "with that of worker"),
            ("anchor-in-another-service.yml", nil, "with that of worker"),
            ("anchor-told.yml", nil, "services.web.environment.IMAGE would become another too"),
            ("variable-shared.yml", "variable-shared.env", "with that of worker"),
            ("variable-told.yml", "variable-told.env", "services.web.environment.VERSION would become another too"),
            ("variable-middle.yml", "variable-middle.env", "no single part of it can be edited"),
            ("extends.yml", nil, "its image comes from what it extends"),
            ("include.yml", nil, "include.yml:2:3: include: the service \"web\" is not written in"),
        ] as [(String, String?, String)])
    func refusals(_ file: String, _ environment: String?, _ words: String) throws {
        let project = try Corpus.project([file], environment: environment)
        let image = try ImageReference("ghcr.io/me/web:\(wantedTag)")
        let refusal = problem { _ = try PinnedProject(project, ["web"], to: image) }
        #expect(refusal?.code == .unsupported && refusal?.message.contains(words) == true, "\(refusal?.message ?? "")")
        #expect(refusal?.message.contains("pin: override") == true, "\(refusal?.message ?? "")")
    }

    @Test("What is no image of a registry says so, with its place")
    func mistakes() throws {
        func complaint(_ file: String, _ service: String = "web") throws -> Problem? {
            problem { _ = try Corpus.project([file]).image(of: service) }
        }
        #expect(try complaint("built.yml")?.message.contains("built.yml:3:5: services.web") == true)
        #expect(try complaint("built.yml")?.message.contains("it is built, and has no \"image\"") == true)
        #expect(try complaint("plain.yml", "wep")?.message.contains("no service \"wep\"; there are web") == true)
        #expect(
            try complaint("image-is-a-list.yml")?.message.contains(
                "image-is-a-list.yml:3:12: services.web.image: it is a list") == true)
        #expect(try complaint("broken.yml")?.message.contains("broken.yml:4:4") == true)
        #expect(try complaint("override-without-image.yml")?.message.contains("it has no \"image\"") == true)
    }

    @Test("\"pin\" says where it may be written")
    func places() throws {
        let image = try ImageReference("ghcr.io/me/web:\(wantedTag)")
        func refusal(_ file: String, _ environment: String?, _ pin: ComposeDefinition.Pin) -> Problem? {
            problem {
                _ = try PinnedProject(try Corpus.project([file], environment: environment), ["web"], to: image, in: pin)
            }
        }
        #expect(refusal("variable.yml", "variable.env", .file)?.message.contains("pin: env") == true)
        #expect(refusal("plain.yml", nil, .env)?.message.contains("pin: file") == true)
        // Where the variable is not set yet, it is now.
        let unset = try Corpus.project(["variable-unset.yml"])
        let pinned = try PinnedProject(unset, ["web"], to: image, in: .env)
        #expect(pinned.after.environmentFiles[0].bytes == Array("TAG=\(wantedTag)\n".utf8))
        #expect(pinned.after.files[0].bytes == unset.files[0].bytes)
        let fixed = try Corpus.project(["variable.yml"], environment: "variable.env", surroundings: ["TAG": "1.0"])
        #expect(
            problem { _ = try PinnedProject(fixed, ["web"], to: image) }?.message.contains(
                "\"environment\" of the settings") == true)
    }
}
