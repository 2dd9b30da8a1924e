import Model
import Processes

/// The lines `key=value` of an executable's standard output.
struct AnswerLines {
    static let mostLines = 100
    static let mostBytes = 64 << 10

    private let point: HookPoint
    private var values: [AnswerKey: [String]] = [:]
    private var count = 0
    private var bytes = 0
    /// The first thing that was wrong with them.
    private var problem: Problem?

    init(at point: HookPoint) { self.point = point }

    /// False for what is no answer but plain output: it has no `=`, or something other than lower-case letters, `-` and
    /// `_` before it.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let end = line.firstIndex(where: { !Self.isNameByte($0) }), end > 0, Self.isLetter(line[0]),
            line[end] == UInt8(ascii: "=")
        else { return false }
        if problem == nil {
            var value = line[(end + 1)...]
            if value.last == UInt8(ascii: "\r") { value.removeLast() }
            problem = record(String(decoding: line[..<end], as: UTF8.self), String(harmless: value))
        }
        return true
    }

    private mutating func record(_ name: String, _ value: String) -> Problem? {
        count += 1
        bytes += name.utf8.count + value.utf8.count + 2
        guard count <= Self.mostLines else {
            return Problem(.limit, "it answered with more than \(Self.mostLines) lines")
        }
        guard bytes <= Self.mostBytes else {
            return Problem(.limit, "it answered with more than \(ByteSize.text(Self.mostBytes))")
        }
        let known = AnswerKey.allCases.filter { $0.points?.contains(point) ?? true }
        guard let key = AnswerKey(rawValue: name) else {
            let names = known.map(\.rawValue)
            let hint = Spelling.hint(for: name, among: names)
            return Problem(
                .invalid,
                "it answered \"\(name)=\", which is unknown"
                    + (hint.isEmpty ? ", expected \(names.map { "\"\($0)=\"" }.joined(separator: " or "))" : hint))
        }
        guard known.contains(key) else {
            let points = (key.points ?? []).map(\.rawValue).joined(separator: " and ")
            return Problem(
                .invalid, "it answered \"\(name)=\", which is not possible at \(point.rawValue), only at \(points)")
        }
        guard values[key] == nil || key.mayRepeat else {
            return Problem(.invalid, "it answered \"\(name)=\" twice")
        }
        values[key, default: []].append(value)
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
}

// MARK: - The answer

extension AnswerLines {
    /// What `EX_TEMPFAIL` of sysexits.h says too.
    static let postponeCode: Int32 = 75
    static let defaultDelay = Duration.seconds(600)

    /// `lastError` is what it wrote last on standard error, for want of a reason.
    func answer(_ ending: Ending, lastError: String?) throws(Problem) -> HookAnswer {
        if let problem { throw problem }
        guard case .exited(let code) = ending else { throw Problem(.failed, "it \(ending.sentence(timeout: nil))") }
        if code != AnswerLines.postponeCode, values[.delay] != nil {
            throw Problem(.invalid, "it answered \"delay=\", but with exit code \(code), expected 75")
        }
        let given = values[.reason]?.first.flatMap { $0.isEmpty ? nil : $0 } ?? lastError
        let sentence = ending.sentence(timeout: nil)
        switch code {
        case 0: return try answerOfSuccess()
        case AnswerLines.postponeCode where point.mayPostpone:
            return .postpone(try delay(), reason: given ?? "it asked for later")
        case AnswerLines.postponeCode where point == .health: return .notYet(reason: given ?? "not healthy yet")
        case AnswerLines.postponeCode:
            throw Problem(.invalid, "it answered \"defer\" (exit code 75), which is not possible at \(point.rawValue)")
        case _ where point.mayAbort: return .abort(reason: given ?? "it \(sentence)")
        case _ where point.mayRollBack: return .rollBack(reason: given ?? "it \(sentence)")
        case _: throw Problem(.failed, "it \(sentence)" + (given.map { ": \($0)" } ?? ""))
        }
    }

    private func answerOfSuccess() throws(Problem) -> HookAnswer {
        if let tag = values[.tag]?.first {
            guard ImageReference.isTag(tag[...]) else {
                throw Problem(.invalid, "it answered \"tag=\(tag)\", which is not a tag")
            }
            if point == .selectTag { return .tag(tag) }
        }
        if point == .webhook { return values.isEmpty ? .proceed : .rewrite(meaning) }
        if let drop = values[.drop]?.first {
            guard drop == "true" || drop == "false" else {
                throw Problem(.invalid, "it answered \"drop=\(drop)\", expected \"true\" or \"false\"")
            }
            if drop == "true" { return .drop }
        }
        if let message = values[.message] { return .rewrite(.string(message.joined(separator: "\n"))) }
        if let arguments = values[.argument] { return .rewrite(.array(arguments.map(JSON.string))) }
        return .proceed
    }

    /// As a Lua hook's table says it.
    private var meaning: JSON {
        var members = JSON.Members()
        members["services"] = values[.service].map { .array($0.map(JSON.string)) }
        members["tag"] = values[.tag]?.first.map(JSON.string)
        members["command"] = values[.command]?.first.map(JSON.string)
        members["arguments"] = values[.argument].map { .array($0.map(JSON.string)) }
        return .object(members)
    }

    private func delay() throws(Problem) -> Duration {
        guard let text = values[.delay]?.first else { return AnswerLines.defaultDelay }
        guard let delay = Duration(text: text), delay > .zero else {
            throw Problem(.invalid, "it answered \"delay=\(text)\", expected a duration such as \"30m\"")
        }
        return delay
    }
}
