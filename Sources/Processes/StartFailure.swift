import CShims
import Glibc
import Model

/// Puts the reason why a program did not start into words that help.
struct StartFailure {
    private let step: grapnel_step
    private let error: Int32
    private let spec: ProcessSpec

    init(_ started: grapnel_started, of spec: ProcessSpec) {
        step = started.step
        error = started.error
        self.spec = spec
    }

    var problem: Problem {
        switch step {
        case GRAPNEL_STEP_USER:
            return Problem(code, "it cannot become user \"\(spec.user ?? "")\": \(systemMessage(error))")
        case GRAPNEL_STEP_DIRECTORY:
            return Problem(code, "directory \"\(spec.directory ?? "")\": \(systemMessage(error))")
        case GRAPNEL_STEP_INTERPRETER:
            return Problem(code, "the interpreter that its first line names does not exist")
        case GRAPNEL_STEP_EXECUTE:
            return Problem(code, executionMessage)
        default:
            return Problem(code, systemMessage(error))
        }
    }

    private var code: Problem.Code {
        switch error {
        case ENOENT, ENOTDIR: .notFound
        case EACCES, EPERM: .forbidden
        case EMFILE, ENFILE, EAGAIN, ENOMEM, E2BIG: .limit
        case ENOEXEC: .invalid
        default: .failed
        }
    }

    private var executionMessage: String {
        let program = spec.arguments[0]
        let isPath = program.utf8.contains(UInt8(ascii: "/"))
        switch error {
        case ENOENT where !isPath:
            return "there is no such program in PATH (\(spec.environment["PATH"] ?? "unset"))"
        case EACCES where isPath && lacksExecuteBit(program):
            return "it is not executable"
        case ENOEXEC:
            return "it is neither a program nor a script that begins with \"#!\" and an interpreter"
        default:
            return systemMessage(error)
        }
    }

    private func lacksExecuteBit(_ program: String) -> Bool {
        let isAbsolute = program.hasPrefix("/")
        let path = isAbsolute ? program : "\(spec.directory ?? ".")/\(program)"
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 == 0
    }
}
