import Files
import Model
import YAML

/// A scalar after its variables were filled in.
struct ScalarText {
    let text: String
    /// As the file has it. This is what messages quote.
    let source: String
    let isExpanded: Bool
    let value: YAML.Scalar.Value
}

extension Value {
    /// nil, noted, if it is no scalar, empty, or has a variable that cannot be filled in.
    func scalar(_ expected: String) -> ScalarText? {
        guard let scalar = node.scalar, scalar.value != .null else {
            refuseKind(expected)
            return nil
        }
        return filled(scalar)
    }

    func filled(_ scalar: YAML.Scalar) -> ScalarText? {
        guard scalar.text.utf8.contains(UInt8(ascii: "$")) else {
            return ScalarText(text: scalar.text, source: scalar.text, isExpanded: false, value: scalar.value)
        }
        guard let expansion = reading.expansion else {
            guard !scalar.text.contains("${") else {
                refuse("\(quoted(scalar.text)): variables are filled in in files only, expected a value without one")
                return nil
            }
            return ScalarText(text: scalar.text, source: scalar.text, isExpanded: false, value: scalar.value)
        }
        do {
            let text = try expansion.expand(scalar.text, used: warnIfReadable)
            guard text != scalar.text else {
                return ScalarText(text: text, source: scalar.text, isExpanded: false, value: scalar.value)
            }
            // In a flow mapping a variable has to be quoted, so its quotes do not make a text of a number.
            return ScalarText(
                text: text, source: scalar.text, isExpanded: true, value: YAML.Scalar.Value(resolving: text))
        } catch {
            refuse(error.message)
            return nil
        }
    }

    private func warnIfReadable(_ path: String) {
        guard let objection = FileSecrecy.objection(to: path) else { return }
        warn("\(path): \(objection); if a secret is in it: chmod 600 \(path)")
    }

    /// Reads a scalar with something that returns nil for what it does not take.
    func parsed<Result>(_ what: String, _ example: String, _ parse: (String) -> Result?) -> Result? {
        guard let scalar = scalar(what) else { return nil }
        guard let result = parse(scalar.text) else {
            refuse(scalar, what, example)
            return nil
        }
        return result
    }

    /// Reads a scalar with something that says itself what is wrong.
    func parsed<Result>(_ what: String, _ example: String, throwing parse: (String) throws(Problem) -> Result)
        -> Result?
    {
        guard let scalar = scalar(what) else { return nil }
        do {
            return try parse(scalar.text)
        } catch {
            // Its message quotes what a variable holds, and that may be a secret.
            if scalar.isExpanded { refuse(scalar, what, example) } else { refuse(error.message) }
            return nil
        }
    }

    func refuse(_ scalar: ScalarText, _ what: String, _ example: String) {
        let filled = scalar.isExpanded ? " once its variables are filled in" : ""
        refuse("\(quoted(scalar.source)) is not \(what)\(filled), expected \(example)")
    }

    /// As a plugin's option, to be checked by whoever knows its manifest.
    func located() -> LocatedValue {
        if node.sequence != nil {
            return LocatedValue(.array(elements().map { $0.located() }), at: position)
        }
        if node.mapping != nil {
            let members = entries("a mapping").map { entry in
                LocatedValue.Member(key: entry.name, keyPosition: entry.position, value: entry.value.located())
            }
            return LocatedValue(.object(members), at: position)
        }
        guard let scalar = node.scalar, let filled = filled(scalar) else { return LocatedValue(.null, at: position) }
        let content: LocatedValue.Content =
            switch filled.value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            case .string(let value): .string(value)
            }
        return LocatedValue(content, at: position, source: filled.source, text: filled.text)
    }
}
