import CShims
import Glibc
import Model

extension Child {
    /// Starts the program. May take a while: for the starting threads only.
    init(starting order: Order, poller: Poller) throws(Problem) {
        let spec = order.spec
        guard let program = spec.arguments.first, !program.isEmpty else {
            throw Problem(.invalid, "no program was given to start")
        }
        do throws(Problem) {
            try Child.check(spec)
            let credentials = try spec.user.flatMap { (user) throws(Problem) in try Credentials(user) }
            let input = try Child.inputFile(spec.input)
            let output = try Pipe(), errors = try Pipe()
            if let credentials {
                // So that `echo ... >/dev/stderr` works, which opens the pipe once more, as that user.
                fchown(output.writing.raw, credentials.user, gid_t.max)
                fchown(errors.writing.raw, credentials.user, gid_t.max)
            }
            let began = ContinuousClock.now
            let started = try Child.start(
                spec, as: credentials, input: input.raw, output: output.writing.raw, errors: errors.writing.raw)
            self.init(
                order: order, pid: started.pid, handle: started.pidfd, began: began,
                output: output.intoReading(), errors: errors.intoReading(), poller: poller)
        } catch {
            throw Problem(error.code, "\"\(program)\" could not be started: \(error.message)", cause: error.cause)
        }
    }

    /// C's strings end at a NUL: what lies behind one would silently be missing.
    private static func check(_ spec: ProcessSpec) throws(Problem) {
        func holdsNUL(_ string: String) -> Bool { string.utf8.contains(0) }
        if let index = spec.arguments.firstIndex(where: holdsNUL) {
            throw Problem(.invalid, "argument \(index) contains a NUL character")
        }
        if spec.directory.map(holdsNUL) == true {
            throw Problem(.invalid, "the directory's name contains a NUL character")
        }
        for (name, value) in spec.environment {
            if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || holdsNUL(name) {
                throw Problem(.invalid, "\"\(name)\" cannot be the name of an environment variable")
            }
            if holdsNUL(value) {
                throw Problem(.invalid, "environment variable \"\(name)\" contains a NUL character")
            }
        }
    }

    /// The input as a file in memory: the child reads it when it likes or never, and nobody has to feed a pipe.
    private static func inputFile(_ bytes: [UInt8]) throws(Problem) -> Descriptor {
        let file = bytes.isEmpty ? open("/dev/null", O_RDONLY | O_CLOEXEC) : grapnel_memory_file(bytes, bytes.count)
        if file < 0 { throw Problem(.limit, "its input could not be prepared: \(systemMessage(errno))") }
        return Descriptor(owning: file)
    }

    private static func start(
        _ spec: ProcessSpec, as credentials: Credentials?, input: Int32, output: Int32, errors: Int32
    ) throws(Problem) -> grapnel_started {
        let program = spec.arguments[0]
        let candidates = candidates(for: program, path: spec.environment["PATH"])
        let paths = CStringArray(candidates)
        let arguments = CStringArray(spec.arguments)
        let environment = CStringArray(spec.environment.map { "\($0)=\($1)" })
        let directory = CStringArray(spec.directory.map { [$0] } ?? [])

        var start = grapnel_start()
        start.candidates = UnsafePointer(paths.pointers)
        start.arguments = UnsafePointer(arguments.pointers)
        start.environment = UnsafePointer(environment.pointers)
        start.directory = UnsafePointer(directory.pointers[0])
        start.input = input
        start.output = output
        start.errors = errors
        start.change_user = credentials != nil
        start.user = credentials?.user ?? 0
        start.group = credentials?.group ?? 0

        // A program that was just written is busy for as long as any child that is being started at that moment
        // still holds the writer's descriptor: a matter of microseconds.
        var patience = 20
        while true {
            let started = (credentials?.groups ?? []).withUnsafeBufferPointer { groups in
                start.groups = groups.baseAddress
                start.group_count = groups.count
                return grapnel_process_start(&start)
            }
            if started.error == 0 { return started }
            guard started.error == ETXTBSY, patience > 0 else {
                throw StartFailure(started, of: spec).problem
            }
            patience -= 1
            usleep(5_000)
        }
    }

    private static func candidates(for program: String, path: String?) -> [String] {
        if program.utf8.contains(UInt8(ascii: "/")) { return [program] }
        // Relative entries are left out: a hook must not run what happens to lie in a service's directory.
        return (path ?? "/usr/bin:/bin").split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(program)" }
    }
}
