package import LuaRuntime
package import Model
import Processes

/// Looks over all hooks before a deploy does. Lua files are loaded as a deploy loads them, but nothing is called in them;
/// programs are not run.
package struct HookReview: Sendable {
    private let finder: HookFinder
    private let limits: HookLimits
    private let names: Set<String>?
    private let threads: LuaThreads

    /// `names` are those of the services, webhooks and commands; nil when it is not known which there are.
    package init(
        _ finder: HookFinder, limits: HookLimits, names: Set<String>?, threads: LuaThreads = LuaThreads()
    ) {
        self.finder = finder
        self.limits = limits
        self.names = names
        self.threads = threads
    }

    /// In the order in which they run.
    package func files() async -> [HookFile] {
        var files: [HookFile]
        do throws(Problem) {
            files = try await OwnThread.run(throwing: { [finder] () throws(Problem) in finder.survey() })
        } catch {
            return [HookFile(name: "hooks", path: "", status: .unreadable(error))]
        }
        for index in files.indices where files[index].status == .active {
            files[index].status = await status(of: files[index])
        }
        return files
    }

    private func status(of file: HookFile) async -> HookFile.Status {
        var doubts: [String] = []
        if let service = file.service, let names, !names.contains(service) {
            let hint = Spelling.hint(for: service, among: names)
            doubts.append("it never runs: the settings have no service, webhook or command \"\(service)\"\(hint)")
        }
        if file.kind == .lua || file.kind == .dropIn {
            do throws(LuaFailure) {
                let (loaded, source) = try await LuaHookFile.open(file, limits: limits, threads: threads) { _ in }
                doubts += LuaDoubts.all(of: LuaWords(source), needs: loaded.table.needs).map { "\(file.name):\($0)" }
            } catch {
                return .broken(error.problem)
            }
        }
        return doubts.isEmpty ? .active : .doubtful(doubts)
    }
}

extension HookFile {
    /// It would be refused where it is to run.
    package var isBroken: Bool { if case .broken = status { true } else { false } }

    /// What its owner should know, each with its path; nothing about what the owner did on purpose.
    package var complaints: [String] {
        switch status {
        case .active, .replaced, .disabled: []
        case .ignored, .unreadable: remark.map { ["\(path): \($0)"] } ?? []
        case .broken(let problem): [placed("\(problem)")]
        case .doubtful(let doubts): doubts.map(placed)
        }
    }

    /// The path once, with the line if the text begins with one.
    private func placed(_ text: String) -> String {
        if text.hasPrefix(path) { return text }
        return text.hasPrefix(name + ":") ? path + text.dropFirst(name.count) : "\(path): \(text)"
    }
}
