extension String {
    /// What a program wrote, for a terminal and a log: it can neither move the cursor nor reorder or hide text.
    ///
    /// Bytes that are not UTF-8 and control characters become replacement characters; colours are left out.
    package init(harmless bytes: some Collection<UInt8>) {
        self.init()
        var scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\u{1B}", scalars.first == "[" {
                // A control sequence: parameters and intermediates, then one final character.
                scalars = scalars.dropFirst().drop { (0x20...0x3F).contains($0.value) }
                if let final = scalars.first, (0x40...0x7E).contains(final.value) { scalars.removeFirst() }
            } else {
                unicodeScalars.append(scalar.isHarmless ? scalar : "\u{FFFD}")
            }
        }
    }
}

extension Unicode.Scalar {
    package var isHarmless: Bool {
        switch value {
        case 0x09: true
        case 0x00...0x1F, 0x7F...0x9F: false
        // Line separators, and what changes the direction of writing.
        case 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: false
        default: true
        }
    }
}
