import Glibc
import Model
import Processes

/// Whether there is room for the next image where the engine keeps them.
struct EngineDisk: Sendable {
    private let places: [String]

    /// Below the first nothing can be pulled that is worth it; the second is what a few images take.
    private static let tooLittle: UInt64 = 256 << 20
    private static let little: UInt64 = 2 << 30

    init(_ report: EngineReport) {
        // With a containerd of the system's own the engine does not say where that keeps its images.
        let store = report.hasContainerdStore ? ["/var/lib/containerd"] : []
        places = report.directory.map { [$0] + store } ?? []
    }

    func findings() async -> [Finding] {
        let places = places
        do throws(Problem) {
            return try await TimeLimit.run { () async throws(Problem) -> [Finding] in
                try await OwnThread.run { EngineDisk.seen(places) } ?? []
            }
        } catch {
            return [
                .bad("disk: \(places.joined(separator: ", ")): \(error)", "the file system hangs: dmesg may say why")
            ]
        }
    }

    /// An engine in a virtual machine speaks of directories that this machine does not have.
    private static func seen(_ places: [String]) -> [Finding] {
        var known: Set<dev_t> = []
        return places.compactMap { place in
            var status = stat()
            var disk = statvfs()
            guard stat(place, &status) == 0, statvfs(place, &disk) == 0, known.insert(status.st_dev).inserted else {
                return nil
            }
            return judged(
                place, free: UInt64(disk.f_bavail) * UInt64(disk.f_frsize),
                files: disk.f_files == 0 ? nil : UInt64(disk.f_favail))
        }
    }

    /// `files` is how many more there may be; nil where the file system has no such bound.
    static func judged(_ place: String, free: UInt64, files: UInt64?) -> Finding {
        let what = "disk: \(free >> 20) MiB free for images on \(place)"
        let remedy =
            "docker system df says what takes it; grapnel prune and docker image prune let go of old images"
        if free < tooLittle { return .bad("\(what): the next pull may fail", remedy) }
        if let files, files < 20_000 {
            return .warning("disk: room for only \(files) more files on \(place), and an image has thousands", remedy)
        }
        return free < little ? .warning(what, remedy) : .good(what)
    }
}
