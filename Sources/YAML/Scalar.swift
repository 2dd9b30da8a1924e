extension YAML {
    /// A value that is no collection.
    package struct Scalar: Hashable, Sendable {
        package enum Style: Hashable, Sendable {
            case plain, singleQuoted, doubleQuoted, literal, folded
        }

        package enum Value: Hashable, Sendable {
            case null
            case bool(Bool)
            case integer(Int64)
            case number(Double)
            case string(String)
        }

        /// As it was written, without quotes and escapes. A tag such as `1.20` must be taken from here:
        /// its value is the number 1.2.
        package let text: String
        package let style: Style
        /// By the core schema of YAML 1.2: `yes`, `no`, `on` and `off` are text.
        package let value: Value

        package init(text: String, style: Style, value: Value) {
            self.text = text
            self.style = style
            self.value = value
        }

        /// For keys that expect true or false, where people also write the words of YAML 1.1.
        package var truth: Bool? {
            if case .bool(let value) = value { return value }
            guard style == .plain else { return nil }
            switch text.lowercased() {
            case "yes", "on": return true
            case "no", "off": return false
            default: return nil
            }
        }
    }
}

// MARK: - The core schema

extension YAML.Scalar.Value {
    init(text: String, style: YAML.Scalar.Style, tag: String?) {
        switch tag {
        case nil where style == .plain: self = .init(resolving: text)
        case "tag:yaml.org,2002:null": self = .null
        case "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float": self = .init(resolving: text)
        default: self = .string(text)
        }
    }

    /// What a plain scalar of this text is.
    package init(resolving text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case ".nan", ".NaN", ".NAN": self = .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": self = .number(-.infinity)
        default: self = .init(numberOrText: text)
        }
    }

    private init(numberOrText text: String) {
        self = .string(text)
        if text.hasPrefix("0x"), let value = Int64(text.dropFirst(2), radix: 16), !text.hasPrefix("0x-") {
            self = .integer(value)
        } else if text.hasPrefix("0o"), let value = Int64(text.dropFirst(2), radix: 8), !text.hasPrefix("0o-") {
            self = .integer(value)
        } else if YAML.Scalar.Value.isDecimal(text) {
            if let value = Int64(text) {
                self = .integer(value)
            } else if let value = Double(text) {
                self = .number(value)
            }
        }
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`: Swift's own initialiser also
    /// takes hexadecimal fractions and `infinity`.
    private static func isDecimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let run = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }.count
            rest = rest.dropFirst(run)
            return run
        }
        func take(_ bytes: [UInt8]) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        let signs = Array("+-".utf8)
        _ = take(signs)
        let whole = digits()
        let fraction = take(Array(".".utf8)) ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if take(Array("eE".utf8)) {
            _ = take(signs)
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
