import Files
import Glibc
package import Model
import Processes

/// What can be seen of a compose service before a deploy needs it, for `grapnel doctor`.
package struct ComposeExamination: Sendable {
    private let driver: ComposeDriver

    package init(_ driver: ComposeDriver) { self.driver = driver }

    /// Which compose would be used, as in `docker compose 2.26.1`.
    package func program(for service: Service) async throws(Problem) -> String {
        let definition = try driver.definition(of: service)
        let program = try await ComposeProgram.find(driver.environment(nil, definition))
        return "\(program.name) \(program.version)"
    }

    /// Why no deploy of it could work.
    package func obstacle(of service: Service) async throws(Problem) -> Problem? {
        do throws(Problem) {
            let definition = try driver.definition(of: service)
            let target = try await ComposeTarget.load(
                definition, of: service, environment: driver.environment(nil, definition))
            if definition.pin != .override {
                let written = try target.writtenImage()
                let example = try Digest("sha256:" + String(repeating: "0", count: 64))
                let release = Release.image(reference: written.withoutDigest.familiar, digest: example.description)
                let change = try driver.pinned(service, target, release)
                try await ComposeExamination.check(change.bytes.keys.sorted())
            } else {
                try await ComposeExamination.check([OverrideFile.path(for: definition.files).path])
            }
            return nil
        } catch {
            if error.code == .interrupted { throw error }
            return error.message.hasPrefix("services.") ? error : error.at("services.\(service.name)")
        }
    }

    /// A file is replaced by another in its directory.
    private static func check(_ paths: [String]) async throws(Problem) {
        try await OwnThread.run(throwing: { () throws(Problem) in
            for path in paths {
                let real = FileWriting.resolved(path)
                let directory = String(
                    real[..<(real.lastIndex(of: "/").map { real.index(after: $0) } ?? real.startIndex)])
                guard access(directory, W_OK) == 0 else {
                    throw Problem(
                        .forbidden,
                        "\(directory): the agent may not write there, as it has to for replacing \(real); run it as root, or "
                            + "give it the directory")
                }
            }
        })
    }
}
