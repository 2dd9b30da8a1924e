package import Model

extension YAML {
    /// A place in the text.
    package struct Mark: Hashable, Sendable {
        /// In bytes, for edits.
        package let offset: Int
        /// Both count from 1; columns are counted in characters (Unicode scalars).
        package let line: Int
        package let column: Int

        package func position(in file: String) -> Position { Position(file: file, line: line, column: column) }
    }

    /// Turns libyaml's marks into ours. Its `index` counts characters and not bytes, and its lines also end
    /// at U+0085, U+2028 and U+2029, where no editor ends one.
    struct Marks {
        private let bytes: [UInt8]
        /// The byte offset of every 64th character.
        private var checkpoints: [Int] = []
        /// The number of the first character of each line.
        private var lineStarts: [Int] = [0]
        private var count = 0

        private static let stride = 64

        /// The characters are counted from behind the skipped bytes, which hold a byte order mark or nothing.
        init(bytes: [UInt8], skipping skipped: Int) {
            self.bytes = bytes
            for offset in skipped..<bytes.count where !Marks.isContinuation(bytes[offset]) {
                if count % Marks.stride == 0 { checkpoints.append(offset) }
                count += 1
                let isCRLF = bytes[offset] == 0x0D && offset + 1 < bytes.count && bytes[offset + 1] == 0x0A
                if bytes[offset] == 0x0A || bytes[offset] == 0x0D && !isCRLF { lineStarts.append(count) }
            }
        }

        func mark(atCharacter index: Int) -> Mark {
            let index = min(index, count)
            var low = 0
            var high = lineStarts.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if lineStarts[middle] <= index { low = middle } else { high = middle }
            }
            return Mark(offset: offset(ofCharacter: index), line: low + 1, column: index - lineStarts[low] + 1)
        }

        /// For errors only: it walks through the text.
        func mark(atByte offset: Int) -> Mark {
            let first = checkpoints.first ?? 0
            guard offset > first else { return mark(atCharacter: 0) }
            return mark(atCharacter: bytes[first..<min(offset, bytes.count)].count { !Marks.isContinuation($0) })
        }

        func character(at mark: Mark) -> UInt8? {
            mark.offset < bytes.count ? bytes[mark.offset] : nil
        }

        private func offset(ofCharacter index: Int) -> Int {
            guard index < count else { return bytes.count }
            var offset = checkpoints[index / Marks.stride]
            for _ in 0..<index % Marks.stride {
                offset += 1
                while offset < bytes.count, Marks.isContinuation(bytes[offset]) { offset += 1 }
            }
            return offset
        }

        private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
    }
}
