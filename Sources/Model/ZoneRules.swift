/// What the clocks of a time zone show: the content of a file of the zone database (RFC 8536), or a rule in words as `TZ` may
/// hold one (`CET-1CEST,M3.5.0,M10.5.0/3`).
package struct ZoneRules: Hashable, Sendable {
    private struct Change: Hashable, Sendable {
        let at: Int64
        let offset: Int64
    }

    private var changes: [Change] = []
    /// Before the first change.
    private var first: Int64 = 0
    /// After the last one.
    private var rule: ZoneRule?

    /// Nil for what is no such file.
    package init?(file bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let old = Header(&reader) else { return nil }
        guard old.version >= 2 else {
            guard read(&reader, old, wide: false) else { return nil }
            return
        }
        // The same again follows, with times of 64 bits.
        guard reader.skip(old.size(wide: false)), let header = Header(&reader), read(&reader, header, wide: true) else {
            return nil
        }
        let footer = reader.rest
        guard footer.first == 0x0A, let end = footer.dropFirst().firstIndex(of: 0x0A) else { return nil }
        let text = String(decoding: footer[(footer.startIndex + 1)..<end], as: UTF8.self)
        if !text.isEmpty {
            guard let rule = ZoneRule(text) else { return nil }
            self.rule = rule
        }
    }

    /// Nil for what is no such rule.
    package init?(rule text: String) {
        guard let rule = ZoneRule(text) else { return nil }
        self.rule = rule
    }

    /// In seconds east of Greenwich.
    package func offset(at moment: Timestamp) -> Int64 {
        let seconds = moment.secondsSince1970
        guard let last = changes.last else { return rule?.offset(at: seconds) ?? first }
        if seconds >= last.at { return rule?.offset(at: seconds) ?? last.offset }
        // The last change that is not later.
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }

    private mutating func read(_ reader: inout ByteReader, _ header: Header, wide: Bool) -> Bool {
        var times: [Int64] = []
        for _ in 0..<header.times {
            guard let time = reader.signed(wide ? 8 : 4) else { return false }
            times.append(time)
        }
        var types: [Int] = []
        for _ in 0..<header.times {
            guard let type = reader.byte() else { return false }
            types.append(Int(type))
        }
        var offsets: [Int64] = []
        for _ in 0..<header.types {
            guard let offset = reader.signed(4), reader.skip(2) else { return false }
            offsets.append(offset)
        }
        guard types.allSatisfy({ $0 < offsets.count }), let standard = offsets.first,
            reader.skip(header.characters + header.leaps * (wide ? 12 : 8) + header.standards + header.universals)
        else { return false }
        first = standard
        changes = zip(times, types).map { Change(at: $0, offset: offsets[$1]) }
        return true
    }

    private struct Header {
        let version: Int
        let universals: Int
        let standards: Int
        let leaps: Int
        let times: Int
        let types: Int
        let characters: Int

        init?(_ reader: inout ByteReader) {
            guard reader.take(Array("TZif".utf8)), let version = reader.byte(), reader.skip(15) else { return nil }
            var counts: [Int] = []
            for _ in 0..<6 {
                // Real files have a few hundred.
                guard let count = reader.signed(4), 0...10_000 ~= count else { return nil }
                counts.append(Int(count))
            }
            self.version = version == 0 ? 1 : Int(version) - Int(UInt8(ascii: "0"))
            (universals, standards, leaps, times, types, characters) =
                (counts[0], counts[1], counts[2], counts[3], counts[4], counts[5])
        }

        func size(wide: Bool) -> Int {
            times * (wide ? 9 : 5) + types * 6 + characters + leaps * (wide ? 12 : 8) + standards + universals
        }
    }
}

/// Bytes that are read from the front.
private struct ByteReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func take(_ expected: [UInt8]) -> Bool {
        guard rest.starts(with: expected) else { return false }
        rest = rest.dropFirst(expected.count)
        return true
    }

    mutating func skip(_ count: Int) -> Bool {
        guard rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    /// The highest byte first.
    mutating func signed(_ count: Int) -> Int64? {
        guard rest.count >= count else { return nil }
        var value: Int64 = Int8(bitPattern: rest.first!) < 0 ? -1 : 0
        for byte in rest.prefix(count) { value = value << 8 | Int64(byte) }
        rest = rest.dropFirst(count)
        return value
    }
}
