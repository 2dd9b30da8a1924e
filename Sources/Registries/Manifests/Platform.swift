import Glibc
import Model

/// What an image is made for.
package struct Platform: Hashable, Sendable {
    package var system: String
    package var architecture: String
    package var variant: String?

    package init(system: String, architecture: String, variant: String? = nil) {
        self.system = system
        self.architecture = architecture
        self.variant = variant
    }

    init?(_ json: JSON?) {
        guard let system = json?["os"]?.string, let architecture = json?["architecture"]?.string else { return nil }
        self.init(system: system, architecture: architecture, variant: json?["variant"]?.string)
    }

    /// This machine's.
    static let here: Platform = {
        var name = utsname()
        uname(&name)
        let machine = withUnsafeBytes(of: &name.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let known = [
            "x86_64": ("amd64", nil), "aarch64": ("arm64", nil), "armv7l": ("arm", "v7"), "armv6l": ("arm", "v6"),
            "i686": ("386", nil), "i386": ("386", nil),
        ]
        let (architecture, variant) = known[machine] ?? (machine, nil)
        return Platform(system: "linux", architecture: architecture, variant: variant)
    }()

    /// Whether one of the other kind runs here. A variant that only one of the two names is no difference.
    func takes(_ other: Platform) -> Bool {
        system == other.system && architecture == other.architecture
            && (variant == nil || other.variant == nil || variant == other.variant)
    }
}

extension Platform: CustomStringConvertible {
    package var description: String { "\(system)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}
