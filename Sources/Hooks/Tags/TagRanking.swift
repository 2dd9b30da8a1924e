import Lifecycle
import Model

/// Which of many tags qualify, and in which order: the work of the plugins of the kind `tags`, for ten thousand of them.
struct TagRanking: Sendable {
    enum Order: Sendable {
        case versions(VersionRange, variant: String?)
        case numbers
        case text
        case dates(CalendarFormat)
        /// By the time of their push.
        case newest([String: Timestamp])
    }

    var order: Order
    var pattern: TagPattern?
    /// What a tag is compared by, of what the pattern found: a group's name or number, or a text with `$1` and `$name`.
    var key: TagKey?
    /// What runs now.
    var current: String?
    /// Whether a lower one than that may be chosen.
    var mayGoDown = false

    /// Best first.
    func rank(_ tags: [String]) throws(Problem) -> TagChoice {
        var choice = TagChoice(seen: tags.count)
        var entries: [Entry] = []
        let family = VersionTag.family(of: try wantedVariant())
        for tag in tags {
            switch try judge(tag, family) {
            case .fits(let entry): entries.append(entry)
            case .drops(let reason): choice.drop(tag, reason)
            }
        }
        if case .versions = order { entries = dropImprecise(entries, &choice) }
        if !mayGoDown, let current, case .fits(let own) = try judge(current, family, anyVersion: true) {
            entries = entries.filter { entry in
                guard entry.rank < own.rank else { return true }
                choice.drop(entry.tag, "lower than \(current), which runs")
                return false
            }
        }
        choice.ranked = try bestFirst(entries)
        return choice
    }

    /// Their numbers are moved about, and not they themselves, which are large.
    private func bestFirst(_ entries: [Entry]) throws(Problem) -> [String] {
        let style = try currentText().flatMap { VersionTag($0) }?.hasPrefix
        let order = entries.withUnsafeBufferPointer { entries in
            entries.indices.sorted { left, right in
                if entries[left].key != entries[right].key { return entries[right].key < entries[left].key }
                let (one, other) = (entries[left], entries[right])
                if one.rank != other.rank { return other.rank < one.rank }
                // Of several tags for one release: as the current one is written, then the one that says most.
                let (ours, theirs) = (one.hasPrefix == style, other.hasPrefix == style)
                if ours != theirs { return ours }
                if one.tag.utf8.count != other.tag.utf8.count { return one.tag.utf8.count > other.tag.utf8.count }
                return one.tag > other.tag
            }
        }
        return order.map { entries[$0].tag }
    }

    // MARK: - One tag

    private struct Entry {
        let tag: String
        let rank: Rank
        var hasPrefix = false
        var count = 0
        /// The beginning of the rank, for a quick comparison: whose is lower has the lower rank.
        var key: (UInt64, UInt64, UInt64) = (0, 0, 0)
    }

    private enum Judgement {
        case fits(Entry)
        case drops(String)
    }

    private enum Rank: Comparable {
        case version(Version, variant: String)
        /// Digits without leading zeros.
        case number(String)
        case text(String)
        case numbers([UInt64])
        case moment(Timestamp)

        static func < (left: Rank, right: Rank) -> Bool {
            switch (left, right) {
            case (.version(let one, let its), .version(let other, let their)):
                one == other ? NaturalOrder.isLess(its, their) : one < other
            case (.number(let one), .number(let other)):
                one.utf8.count == other.utf8.count ? one < other : one.utf8.count < other.utf8.count
            case (.text(let one), .text(let other)): one.utf8.lexicographicallyPrecedes(other.utf8)
            case (.numbers(let one), .numbers(let other)): one.lexicographicallyPrecedes(other)
            case (.moment(let one), .moment(let other)): one < other
            default: false
            }
        }
    }

    private func judge(_ tag: String, _ family: String, anyVersion: Bool = false) throws(Problem) -> Judgement {
        let text: String
        switch try compared(tag) {
        case .success(let found): text = found
        case .failure(let reason): return .drops(reason.text)
        }
        switch order {
        case .versions(let range, _): return judge(tag, text, family, in: anyVersion ? nil : range)
        case .numbers:
            guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                return .drops("no number")
            }
            let digits = text.utf8.drop { $0 == UInt8(ascii: "0") }
            let key = (UInt64(digits.count), UInt64(Substring(digits.prefix(19))) ?? 0, UInt64(0))
            return .fits(Entry(tag: tag, rank: .number(String(Substring(digits))), key: key))
        case .text: return .fits(Entry(tag: tag, rank: .text(text)))
        case .dates(let format):
            guard let numbers = try format.numbers(of: text) else { return .drops("another form") }
            return .fits(Entry(tag: tag, rank: .numbers(numbers)))
        case .newest(let times):
            guard let time = times[tag] else { return .drops("the time of its push is unknown") }
            return .fits(Entry(tag: tag, rank: .moment(time)))
        }
    }

    private func judge(_ tag: String, _ text: String, _ family: String, in range: VersionRange?) -> Judgement {
        guard let version = VersionTag(text) else { return .drops("no version") }
        guard VersionTag.family(of: version.variant) == family else {
            return .drops(family.isEmpty ? "a variant" : "another variant")
        }
        if let range, !range.contains(version.version) {
            let isOnlyEarly = version.version.isPrerelease && !range.includesPrereleases
            return .drops(isOnlyEarly ? "a pre-release" : "outside \(range)")
        }
        let numbers = version.version
        return .fits(
            Entry(
                tag: tag, rank: .version(numbers, variant: version.variant), hasPrefix: version.hasPrefix,
                count: version.count, key: (numbers.major, numbers.minor, numbers.patch)))
    }

    private struct Mismatch: Error { let text: String }

    /// What of a tag is compared.
    private func compared(_ tag: String) throws(Problem) -> Result<String, Mismatch> {
        guard let pattern else { return .success(tag) }
        guard let parts = try pattern.parts(of: tag) else { return .failure(Mismatch(text: "does not match")) }
        guard let found = key.map({ $0.text(of: parts) }) ?? parts.usual else {
            return .failure(Mismatch(text: "matches without its key"))
        }
        return .success(found)
    }

    /// What runs decides, unless the settings do.
    private func wantedVariant() throws(Problem) -> String {
        if case .versions(_, let given?) = order { return given }
        return try currentText().flatMap { VersionTag($0) }?.variant ?? ""
    }

    /// What of the tag that runs is compared.
    private func currentText() throws(Problem) -> String? {
        guard let current, case .success(let text) = try compared(current) else { return nil }
        return text
    }

    /// A single number may be a date, a build or the beginning of a commit's name: it only counts where there is nothing
    /// better.
    private func dropImprecise(_ entries: [Entry], _ choice: inout TagChoice) -> [Entry] {
        guard entries.contains(where: { $0.count > 1 }) else { return entries }
        return entries.filter { entry in
            if entry.count == 1 { choice.drop(entry.tag, "a single number") }
            return entry.count > 1
        }
    }
}

/// `n`, `2` or `$year$month`.
enum TagKey: Sendable {
    case group(String)
    case template(String)

    init(_ text: String) { self = text.contains("$") ? .template(text) : .group(text) }

    func text(of parts: TagPattern.Parts) -> String? {
        switch self {
        case .group(let name): return TagKey.part(name, parts)
        case .template(let template):
            var result = ""
            var rest = template[...]
            while let dollar = rest.firstIndex(of: "$") {
                result += rest[..<dollar]
                rest = rest[rest.index(after: dollar)...]
                let isBraced = rest.first == "{"
                if isBraced { rest = rest.dropFirst() }
                let isNumber = rest.first?.isNumber ?? false
                let name = rest.prefix { isNumber ? $0.isNumber : $0.isLetter || $0.isNumber || $0 == "_" }
                rest = rest.dropFirst(name.count)
                if isBraced, rest.first == "}" { rest = rest.dropFirst() }
                guard let part = TagKey.part(String(name), parts) else { return nil }
                result += part
            }
            return result + rest
        }
    }

    private static func part(_ name: String, _ parts: TagPattern.Parts) -> String? {
        if let number = Int(name) { return parts.groups.indices.contains(number) ? parts.groups[number] : nil }
        return parts.names[name] ?? nil
    }
}
