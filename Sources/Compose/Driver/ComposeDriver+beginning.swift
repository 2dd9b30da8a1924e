import Files
package import Lifecycle
package import Model
import Processes
import YAML

/// What is found out and written down before anything changes.
extension ComposeDriver {
    package func pull(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) {
        guard let to = deploy.to else { throw Problem(.invalid, "there is no release to pull") }
        let target = try await target(deploy)
        let files = SeenFiles(target.project)
        try planned.of(deploy.id)?.check(files)
        let containers = try await containers(of: target.name, target.services)
        if steps.intent(ComposeMove.Step.seen) == nil {
            watch.began(deploy.id, silences: host.silences)
            let running = containers.filter(ComposeDriver.isUp).map { JSON.string($0.id) }
            try await steps.begin(ComposeMove.Step.seen, ["running": .array(running), "files": files.json])
        }
        for container in containers { try refuse(container, of: deploy.service) }
        // What cannot be written down later is better known before anything is stopped or hooks have begun.
        let change = try pinned(deploy.service, target, to)
        let call = try await call(target, try definition(of: deploy.service), deploy.id)
        _ = try await foreseen(call, try await replacements(change, deploy.id), target.services + target.passive)
        // First: whoever prunes images meanwhile must not take the way back.
        for id in Set(containers.map(\.imageID)).sorted() { try await host.keep(id, for: deploy.service) }
        let id = try await host.fetch(to, for: deploy.service, steps)
        try await host.keep(id, for: deploy.service)
    }

    func begin(_ deploy: Deploy, _ steps: DeploySteps) async throws(Problem) -> ComposeMove {
        guard let to = deploy.to else { throw Problem(.invalid, "there is no release to move to") }
        let definition = try definition(of: deploy.service)
        let target = try await target(deploy)
        try SeenFiles(steps.intent(ComposeMove.Step.seen)?["files"])?.check(SeenFiles(target.project))
        let imageID = try await host.fetch(to, for: deploy.service, steps)
        let containers = try await containers(of: target.name, target.services)
        for container in containers { try refuse(container, of: deploy.service) }
        for id in Set(containers.map(\.imageID)).sorted() { try await host.keep(id, for: deploy.service) }
        let change = try pinned(deploy.service, target, to)
        let replacements = try await replacements(change, deploy.id)
        var names: [ComposeMove.Name] = []
        for reference in change.names {
            names.append(ComposeMove.Name(reference: reference.familiar, old: try await host.imageID(of: reference)))
        }
        let call = try await call(target, definition, deploy.id)
        let seen = try await foreseen(call, replacements, target.services + target.passive)
        let dependents = try await self.dependents(of: target, seen)
        var parts: [ComposeMove.Part] = []
        for service in target.services {
            let own = containers.filter { $0.labels[Label.service] == service }
            parts.append(try await part(service, own, seen, deploy.id, steps))
        }
        var beside: [ComposeMove.Part] = []
        for (service, own) in dependents { beside.append(try await part(service, own, seen, deploy.id, steps)) }
        let move = ComposeMove(
            project: target.name, directory: target.project.directory,
            files: call.files + change.added.filter { !call.files.contains($0) },
            environmentFiles: target.environmentFiles, profiles: definition.profiles, parts: parts, dependents: beside,
            isAlone: try await hasAll(seen.dependencies(of: target.services), target), imageID: imageID,
            replacements: replacements, names: names)
        try await steps.begin(ComposeMove.Step.pin, move.json)
        return move
    }

    static func isUp(_ container: HostedContainer) -> Bool {
        switch container.presence.state {
        case .running, .restarting, .paused, .changed: true
        case .stopped, .missing: false
        }
    }

    private func part(
        _ service: String, _ all: [HostedContainer], _ seen: ComposeConfiguration, _ deploy: DeployID,
        _ steps: DeploySteps
    ) async throws(Problem) -> ComposeMove.Part {
        // What an earlier end has left behind is none of those that somebody wanted.
        let own = all.filter { ComposeDriver.passing($0) == nil || all.count == 1 }
        let wasRunning = try await wasRunning(own, deploy, steps)
        var snapshots: [JSON] = []
        for container in own {
            var isRunning = ComposeDriver.isUp(container)
            if !isRunning { isRunning = try await wentDownUnseen(container, deploy, steps) }
            if let snapshot = try await host.snapshot(of: container, isRunning: isRunning) {
                snapshots.append(snapshot)
            }
        }
        return ComposeMove.Part(
            service: service, images: own.map(\.imageID), count: own.count, wasRunning: wasRunning,
            scale: seen.saysScale(of: service) || own.count < 2 ? nil : own.count, snapshots: snapshots)
    }

    /// Neither can stop itself and go on.
    private func refuse(_ container: HostedContainer, of service: Service) throws(Problem) {
        if container.isAgent {
            throw Problem(
                .unsupported,
                "services.\(service.name): the container \"\(container.name)\" is the one that this agent runs in, which cannot "
                    + "stop itself and go on; update it by other means")
        }
        if container.presence.state == .paused {
            throw Problem(
                .conflict,
                "services.\(service.name): somebody paused the container \"\(container.name)\"; docker unpause \(container.name) "
                    + "first")
        }
    }

    /// Services whose containers a person has stopped stay stopped. One that has ended by itself has not been stopped, and
    /// one that there is none of is to be brought up.
    private func wasRunning(
        _ containers: [HostedContainer], _ deploy: DeployID, _ steps: DeploySteps
    ) async throws(Problem) -> Bool {
        guard !containers.isEmpty, !containers.contains(where: ComposeDriver.isUp) else { return true }
        for container in containers {
            if try await wentDownUnseen(container, deploy, steps) { return true }
            guard case .exited(let code) = container.look.running, container.hasRun, !container.restartsByItself else {
                continue
            }
            // The engine remembers only so much: whoever has ended well was a task, and the others were stopped.
            let isRemembered = try await host.hasSeenEnd(of: container)
            if try await isRemembered ? !host.wasTold(toEnd: container) : code == 0 { return true }
        }
        return false
    }

    /// What went down in the pull with the engine or the machine was not stopped by anybody.
    private func wentDownUnseen(
        _ container: HostedContainer, _ deploy: DeployID, _ steps: DeploySteps
    ) async throws(Problem) -> Bool {
        let seen = steps.intent(ComposeMove.Step.seen)?["running"]?.array ?? []
        guard seen.contains(.string(container.id)) else { return false }
        return try await wentDownWithEngine(container, deploy)
    }

    /// Whether each of the services has a container that runs: then compose has no business with them.
    private func hasAll(_ services: [String], _ target: ComposeTarget) async throws(Problem) -> Bool {
        guard !services.isEmpty else { return true }
        let up = try await containers(of: target.name, services).filter(ComposeDriver.isUp)
        return services.allSatisfy { name in up.contains { $0.labels[Label.service] == name } }
    }

    func wentDownWithEngine(_ container: HostedContainer, _ deploy: DeployID) async throws(Problem) -> Bool {
        if watch.isBroken(deploy, silences: host.silences) { return true }
        return try await !host.hasSeenEnd(of: container)
    }

    /// Of the services that hold on to those, the ones that have a container; each after the one that it lives in.
    private func dependents(
        of target: ComposeTarget, _ seen: ComposeConfiguration
    ) async throws(Problem) -> [(service: String, containers: [HostedContainer])] {
        let names = seen.dependents(of: target.services)
        guard !names.isEmpty else { return [] }
        let containers = try await containers(of: target.name, names)
        return names.compactMap { name in
            let own = containers.filter { $0.labels[Label.service] == name }
            return own.contains(where: ComposeDriver.isUp) ? (name, own) : nil
        }
    }

    /// The text that gives way is an image, or a part of one, or a variable's: no line of a file, which may hold more.
    package func changes(to release: Release, _ deploy: Deploy) async throws(Problem) -> [String] {
        let target = try await target(deploy)
        let change = try pinned(deploy.service, target, release)
        var lines = change.edits.sorted { $0.key < $1.key }.flatMap { path, edits in
            edits.sorted { $0.range.lowerBound < $1.range.lowerBound }.map { edit in
                let bytes = change.bytes[path]?.old ?? []
                let line = 1 + bytes[..<edit.range.lowerBound].count { $0 == 0x0A }
                let old = String(decoding: bytes[edit.range], as: UTF8.self)
                return "\(path):\(line): \(old.isEmpty ? "" : "\(old) -> ")\(edit.text.filter { !$0.isNewline })"
            }
        }
        for path in change.added where change.bytes[path] != nil {
            lines.append("\(path): the image of \(target.services.joined(separator: ", "))")
        }
        lines += change.names.map { "the engine's tag \($0.familiar)" }
        return lines
    }

    // MARK: - Where it is written down

    struct Change {
        /// By the path of the file.
        var bytes: [String: (old: [UInt8]?, new: [UInt8])] = [:]
        var edits: [String: [TextEdit]] = [:]
        /// Files that compose has to be told of besides.
        var added: [String] = []
        var names: [ImageReference] = []
    }

    func pinned(
        _ service: Service, _ target: ComposeTarget, _ to: Release
    ) throws(Problem) -> Change {
        guard case .image(let reference, let digest) = to else {
            throw Problem(.invalid, "\(to.shortText) is no image")
        }
        let definition = try definition(of: service)
        let image = try ImageReference(reference).pinned(to: try Digest(digest))
        do throws(Problem) {
            switch definition.pin {
            case .none?: return try named(image, target)
            case .override?: return try overridden(image, definition, target)
            case .file?, .env?, nil: return try edited(image, target, definition.pin)
            }
        } catch {
            throw error.at("services.\(service.name)")
        }
    }

    private func edited(
        _ image: ImageReference, _ target: ComposeTarget, _ pin: ComposeDefinition.Pin?
    ) throws(Problem) -> Change {
        let pinned = try PinnedProject(target.project, target.services + target.passive, to: image, in: pin)
        var change = Change()
        change.edits = pinned.edits
        for (path, edits) in pinned.edits {
            let before =
                target.project.files.first { $0.path == path }?.bytes
                ?? target.project.environmentFiles.first { $0.path == path }?.bytes ?? []
            let isNew = before.isEmpty && !FileContent.isThere(path)
            change.bytes[path] = (isNew ? nil : before, TextEdit.apply(edits, to: before))
        }
        return change
    }

    private func overridden(
        _ image: ImageReference, _ definition: ComposeDefinition, _ target: ComposeTarget
    ) throws(Problem) -> Change {
        let path = OverrideFile.path(for: definition.files).path
        let before = FileContent.isThere(path) ? try FileContent.read(path, limit: 1 << 20) : nil
        var file = try before.map { bytes throws(Problem) in try OverrideFile(bytes, path: path) } ?? OverrideFile()
        for service in target.services + target.passive { file.set(image.familiar, for: service) }
        var change = Change()
        change.added = [path]
        let after = Array(file.text.utf8)
        if after != before { change.bytes[path] = (before, after) }
        return change
    }

    /// The tag that the file names has to be the one that is followed: nothing else would be run by it.
    private func named(_ image: ImageReference, _ target: ComposeTarget) throws(Problem) -> Change {
        var change = Change()
        for service in target.services + target.passive {
            let written = try target.project.image(of: service).reference()
            guard written.digest == nil else {
                throw Problem(
                    .unsupported,
                    "\(service): its file names the digest \(written.familiar), which \"pin: none\" cannot change; leave \"pin\" out"
                )
            }
            let tagged = try written.tag == nil ? written.tagged("latest") : written
            guard tagged.repository == image.repository, tagged.tag == image.tag ?? tagged.tag else {
                throw Problem(
                    .unsupported,
                    "\(service): its file names \(written.familiar), and \"pin: none\" cannot make \(image.withoutDigest.familiar) of "
                        + "it; leave \"pin\" out")
            }
            if !change.names.contains(tagged) { change.names.append(tagged) }
        }
        return change
    }

    private func replacements(_ change: Change, _ deploy: DeployID) async throws(Problem) -> [FileReplacement] {
        let bytes = change.bytes
        return try await OwnThread.run(throwing: { () throws(Problem) in
            bytes.sorted { $0.key < $1.key }.map { path, content in
                FileReplacement(FileWriting.resolved(path), content.old, with: content.new, mark: deploy.text)
            }
        })
    }

    // MARK: - What compose says to it

    private func call(
        _ target: ComposeTarget, _ definition: ComposeDefinition, _ deploy: DeployID
    ) async throws(Problem) -> ComposeCall {
        var environment = environment(deploy, definition)
        let program = try await program(&environment)
        return ComposeCall(
            program: program, environment: environment, directory: target.project.directory, project: target.name,
            files: target.files, environmentFiles: target.environmentFiles, profiles: definition.profiles,
            timeout: definition.timeout,
            secrets: target.project.environmentFiles.flatMap { $0.entries.map(\.value) }
                + definition.environment.values)
    }

    /// The first compose cannot make a container anew by the interface that newer engines speak.
    func program(_ environment: inout [String: String]) async throws(Problem) -> ComposeProgram {
        let program = try await ComposeProgram.find(environment)
        if program.isFirst, environment["COMPOSE_API_VERSION"] == nil {
            environment["COMPOSE_API_VERSION"] = try await host.oldInterface()
        }
        return program
    }

    /// What compose would make of the files with their new bytes; refused when more than the images becomes another.
    private func foreseen(
        _ call: ComposeCall, _ replacements: [FileReplacement], _ services: [String]
    ) async throws(Problem) -> ComposeConfiguration {
        let before = try ComposeConfiguration(try await call.configuration())
        guard !replacements.isEmpty else { return before }
        let after: ComposeConfiguration
        do throws(Problem) {
            after = try ComposeConfiguration(try await call.drafting(replacements).configuration())
        } catch {
            try await ComposeDriver.tidy(replacements)
            throw error
        }
        try await ComposeDriver.tidy(replacements)
        guard let other = after.difference(from: before, besidesImagesOf: services) else { return after }
        throw Problem(
            .unsupported,
            "\(replacements.map(\.path).joined(separator: ", ")): with the new image written there, \(other) would become another "
                + "too; say \"pin: override\"")
    }

    static func tidy(_ replacements: [FileReplacement]) async throws(Problem) {
        try await OwnThread.run(throwing: { () throws(Problem) in
            for replacement in replacements { try replacement.tidy() }
        })
    }
}

extension ComposeCall {
    /// With drafts in the place of the files.
    func drafting(_ replacements: [FileReplacement]) async throws(Problem) -> ComposeCall {
        let (files, environmentFiles, directory) = (files, environmentFiles, directory)
        let drafted = try await OwnThread.run(throwing: { () throws(Problem) -> ([String], [String]) in
            var (files, variables) = (files, environmentFiles)
            for replacement in replacements {
                let draft = try replacement.draft()
                func put(_ list: inout [String]) -> Bool {
                    guard let index = list.firstIndex(where: { FileWriting.resolved($0) == replacement.path }) else {
                        return false
                    }
                    list[index] = draft
                    return true
                }
                if put(&files) || put(&variables) { continue }
                let isUsual = replacement.path == FileWriting.resolved("\(directory)/.env")
                if isUsual { variables.append(draft) } else { files.append(draft) }
            }
            return (files, variables)
        })
        var call = self
        (call.files, call.environmentFiles) = drafted
        return call
    }
}
