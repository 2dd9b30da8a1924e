import Glibc
import Model

@testable import Compose

enum Corpus {
    static let directory = String(#filePath.dropLast("Support.swift".count)) + "Corpus"

    static func bytes(_ name: String) throws -> [UInt8] {
        let path = "\(directory)/\(name)"
        guard let file = fopen(path, "rb") else { throw Problem(.notFound, path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    static func project(
        _ names: [String], environment: String? = nil, surroundings: [String: String] = [:]
    ) throws -> ComposeProject {
        var files: [ComposeFile] = []
        for name in names { files.append(try ComposeFile(try bytes(name), path: "\(directory)/\(name)")) }
        let variables = try EnvironmentFile(
            try environment.map(bytes) ?? [], path: "\(directory)/\(environment ?? ".env")", before: surroundings)
        return ComposeProject(
            files: files, environmentFiles: [variables], surroundings: surroundings, directory: directory)
    }
}

/// What the wish comes to in each test.
let wantedDigest = "sha256:" + String(repeating: "2", count: 64)
let oldDigest = "sha256:" + String(repeating: "1", count: 64)
let wantedTag = "2.0@\(wantedDigest)"

func problem(_ work: () throws -> Void) -> Problem? {
    do { try work() } catch { return error as? Problem }
    return nil
}
