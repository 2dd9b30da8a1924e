import Model
import YAML

extension Value {
    /// Also a number, as it is written: a tag may be `1.20`.
    func text(_ what: String) -> String? {
        guard let scalar = scalar(what) else { return nil }
        if case .bool = scalar.value, !scalar.isExpanded {
            refuse("\(quoted(scalar.source)) is not text, expected \(what) in quotes")
            return nil
        }
        guard !scalar.text.isEmpty, !scalar.text.utf8.contains(0) else {
            refuse(
                scalar.isExpanded
                    ? "\(quoted(scalar.source)) is empty, expected \(what)" : "it is empty, expected \(what)")
            return nil
        }
        return scalar.text
    }

    /// For values that are text wherever they go: arguments and environments.
    func anyText(_ what: String) -> String? {
        guard let scalar = scalar(what) else { return nil }
        guard !scalar.text.utf8.contains(0) else {
            refuse("it contains a zero byte")
            return nil
        }
        return scalar.text
    }

    func secret() -> Secret? { text("a secret").map { Secret($0) } }

    /// Also `yes`, `no`, `on` and `off`.
    func truth() -> Bool? {
        guard let scalar = scalar("true or false") else { return nil }
        let plain = YAML.Scalar(text: scalar.text, style: .plain, value: scalar.value)
        let isText = !scalar.isExpanded && node.scalar?.style != .plain
        guard let truth = isText ? nil : plain.truth else {
            refuse("\(quoted(scalar.source)), expected true or false")
            return nil
        }
        return truth
    }

    func integer(_ range: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let scalar = scalar(expected) else { return nil }
        guard case .integer(let value) = scalar.value, let number = Int(exactly: value), range.contains(number) else {
            refuse("\(quoted(scalar.source)), expected \(expected)")
            return nil
        }
        return number
    }

    func duration(atLeast least: Duration) -> Duration? {
        let example = "for example \"10s\", \"5m\" or \"1h30m\""
        guard let duration = parsed("a duration", example, { Duration(text: $0) }) else { return nil }
        guard duration >= least else {
            refuse("\(duration.text) is too short, expected at least \(least.text)")
            return nil
        }
        return duration
    }

    func size(atLeast least: Int) -> Int? {
        guard let size = parsed("a size", "for example \"64M\"", { ByteSize.bytes($0) }) else { return nil }
        guard size >= least else {
            refuse("\(ByteSize.text(size)) is too small, expected at least \(ByteSize.text(least))")
            return nil
        }
        return size
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ what: String, of _: Choice.Type) -> Choice? {
        guard let scalar = scalar(what) else { return nil }
        if let choice = Choice(rawValue: scalar.text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        if !scalar.isExpanded, let meant = Nearest.word(to: scalar.text, among: known) {
            refuse("\(quoted(scalar.source)) is not \(what), did you mean \"\(meant)\"?")
        } else {
            refuse(scalar, what, Keys.listed(known))
        }
        return nil
    }

    /// Relative ones start at the home's directory.
    func path() -> String? {
        guard let path = text("a path") else { return nil }
        return path.hasPrefix("/") ? path : "\(reading.directory)/\(path)"
    }
}
