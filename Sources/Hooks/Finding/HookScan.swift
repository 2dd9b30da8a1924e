import Files
import Glibc
import Model

/// Goes through one hooks directory.
struct HookScan {
    let directory: String
    let trust: FileTrust
    /// Nil for all of them.
    var service: String?

    func files() -> [HookFile] {
        guard exists(directory) else { return [] }
        let place = HookFile(name: "", path: directory, status: .active)
        return entries(of: place) { entry in
            let name = entry.name
            switch fileKind(entry.path) {
            case nil: return []
            case S_IFDIR where name.hasSuffix(".d"): return hooks(in: entry)
            case S_IFDIR where service == nil || name == service: return hooks(ofService: entry)
            case S_IFDIR: return []
            case _ where name.hasSuffix(".lua"):
                guard service == nil || name == "\(service ?? "").lua" else { return [] }
                var entry = entry
                entry.service = String(name.dropLast(".lua".count))
                entry.kind = .dropIn
                return [judged(entry)]
            case _:
                return [
                    entry.ignored("expected a directory such as \"post-up.d\", or a service's file such as \"web.lua\"")
                ]
            }
        }
    }

    private func hooks(ofService place: HookFile) -> [HookFile] {
        var place = place
        place.service = place.name
        return entries(of: place) { entry in
            switch fileKind(entry.path) {
            case nil: []
            case S_IFDIR where entry.name.hasSuffix(".d"): hooks(in: entry)
            case _: [entry.ignored("expected a directory such as \"\(place.name)/post-up.d\"")]
            }
        }
    }

    private func hooks(in place: HookFile) -> [HookFile] {
        let word = String(place.fileName.dropLast(".d".count))
        guard let point = HookPoint(rawValue: word) else {
            let known = HookPoint.allCases.map(\.rawValue)
            let hint = Spelling.hint(for: word, among: known)
            let expected = hint.isEmpty ? ", expected one of \(known.joined(separator: ", "))" : hint
            return [place.asDirectory.ignored("\"\(word)\" is not a hook point\(expected)")]
        }
        var place = place
        place.point = point
        return entries(of: place) { entry in
            if fileKind(entry.path) == nil { return [] }
            var entry = entry
            entry.kind = entry.name.hasSuffix(".lua") ? .lua : .executable
            return [judged(entry)]
        }
    }

    /// What lies in a directory, unless the directory itself cannot be trusted or read.
    private func entries(of place: HookFile, each: (HookFile) -> [HookFile]) -> [HookFile] {
        if let objection = trust.objection(to: place.path) { return [place.asDirectory.ignored(objection)] }
        let names: [String]
        do throws(Problem) {
            names = try Directory.names(in: place.path)
        } catch {
            var place = place.asDirectory
            place.status = .unreadable(error)
            return [place]
        }
        return names.flatMap { name in
            var entry = place
            entry.name = place.name.isEmpty ? name : place.name + "/" + name
            entry.path = place.path + "/" + name
            if let objection = HookName.objection(to: name) { return [entry.ignored(objection)] }
            return each(entry)
        }
    }

    private func judged(_ file: HookFile) -> HookFile {
        var file = file
        if isLinkToNull(file.path) {
            file.status = .disabled(by: file.path)
        } else if let objection = objection(to: file) {
            file = file.ignored(objection)
        }
        return file
    }

    private func objection(to file: HookFile) -> String? {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return "it is a link that leads nowhere" }
        guard status.st_mode & S_IFMT == S_IFREG else { return "it is not a regular file" }
        if let objection = trust.objection(to: file.path) { return objection }
        switch file.kind {
        case .executable where access(file.path, X_OK) != 0:
            return "it is not executable, and its name does not end in \".lua\""
        case .lua where access(file.path, R_OK) != 0, .dropIn where access(file.path, R_OK) != 0:
            return "the agent may not read it"
        default: return nil
        }
    }

    private func isLinkToNull(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(path, nil) else {
            return false
        }
        defer { free(real) }
        return String(cString: real) == "/dev/null"
    }

    /// What a path leads to; a broken link is one; nil when it has just gone.
    private func fileKind(_ path: String) -> mode_t? {
        var status = stat()
        if stat(path, &status) == 0 || lstat(path, &status) == 0 { return status.st_mode & S_IFMT }
        return nil
    }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 || errno != ENOENT
    }
}

extension HookFile {
    fileprivate func ignored(_ reason: String) -> HookFile {
        var file = self
        file.kind = nil
        file.status = .ignored(reason: reason)
        return file
    }

    /// For what concerns all of a directory: its name ends in a slash.
    fileprivate var asDirectory: HookFile {
        var file = self
        file.name += "/"
        return file
    }
}
