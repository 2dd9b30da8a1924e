import Model
import TestKit
import Testing

@testable import Compose

/// What the real compose makes of the corpus, before and after the edit: the images are others, and nothing else is.
@Suite("Compose on edited files")
struct CorpusWithComposeTests {
    /// The first compose knows neither variables within variables nor `:+`, and no tab but within a comment.
    private static let tooNew: Set<String> = ["default-nested.yml", "replacement.yml", "tabs-before-comments.yml"]

    @Test(
        "Compose reads from the edited files what it read before, but for the image", arguments: TestCompose.allCases)
    func configuration(compose: TestCompose) async throws {
        for (number, one) in CorpusCase.all.enumerated() {
            // Python takes its time to begin.
            guard compose == .second || Self.tooNew.isDisjoint(with: one.files) && (isLong || number % 4 == 0) else {
                continue
            }
            let project = try one.project()
            let pinned = try PinnedProject(project, one.services, to: try one.wanted(), in: one.pin)
            let before = try await services(project, compose)
            let after = try await services(pinned.after, compose)
            #expect(before.count == after.count, "\(one)")
            let changed = zip(before, after).filter { $0 != $1 }.map(\.1)
            let wanted = try one.wanted()
            #expect(changed.count == one.services.count, "\(one): \(changed)")
            for line in changed {
                let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
                #expect(parts.first == "image:", "\(one): \(line)")
                let image = try ImageReference(String(parts.last?.filter { $0 != "'" && $0 != "\"" } ?? ""))
                #expect(image == wanted, "\(one): \(line)")
            }
        }
    }

    /// The lines below `services:` of what it prints.
    private func services(_ project: ComposeProject, _ compose: TestCompose) async throws -> [String] {
        let files = FileTree()
        var words = ["-p", "site"]
        for file in project.files {
            let name = String(file.path.split(separator: "/").last ?? "")
            files.file(name, file.bytes)
            words += ["-f", name]
        }
        for file in project.environmentFiles { files.file(".env", file.bytes) }
        let output = try await compose.run(words + ["config"], in: files.path)
        let lines = output.split(separator: "\n").map(String.init)
        guard let begin = lines.firstIndex(of: "services:") else { throw Problem(.invalid, output) }
        return lines[(begin + 1)...].prefix { $0.hasPrefix(" ") }.map { line in
            // What is built is found where the files are.
            String(line.drop { $0 == " " }).replacing(files.path, with: "")
        }
    }
}
