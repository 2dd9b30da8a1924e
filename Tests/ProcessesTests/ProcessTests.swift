import Glibc
import Model
import Processes
import Synchronization
import TestKit
import Testing

@Suite struct ProcessTests {
    @Test func bothStreamsAndTheExitCodeComeBack() async throws {
        let result = try await Process.run(shell("echo out; echo err >&2; exit 3"))
        #expect(result.ending == .exited(3))
        #expect(result.outputText == "out\n")
        #expect(result.errorsText == "err\n")
        #expect(!result.succeeded)
        #expect(result.duration > .zero && result.duration < .seconds(20))
    }

    @Test func aSignalFromElsewhereIsToldApartFromATimeout() async throws {
        let result = try await Process.run(shell("kill -9 $$"))
        #expect(result.ending == .signalled(SIGKILL))
    }

    @Test func theEnvironmentIsExactlyWhatWasGiven() async throws {
        var spec = ProcessSpec(["/usr/bin/env"])
        spec.environment = ["GRAPNEL_DEPLOY": "d1", "EMPTY": ""]
        let result = try await Process.run(spec)
        #expect(Set(result.outputText.split(separator: "\n")) == ["GRAPNEL_DEPLOY=d1", "EMPTY="])
    }

    @Test func itStartsInItsDirectoryAndFindsARelativeProgramThere() async throws {
        let home = FileTree()
        home.script("deploy.sh", "pwd; echo \"$0\" \"$1\"")
        var spec = ProcessSpec(["./deploy.sh", "two words"])
        spec.directory = home.path
        let result = try await Process.run(spec)
        #expect(result.outputText == "\(home.path)\n./deploy.sh two words\n")
    }

    @Test func theProgramIsLookedUpInThePathOfItsOwnEnvironment() async throws {
        let first = FileTree(), second = FileTree()
        first.file("migrate", "not executable, so the next one counts")
        second.script("migrate", "echo second")
        var spec = ProcessSpec(["migrate"])
        spec.environment = ["PATH": "\(first.path):\(second.path)"]
        #expect(try await Process.run(spec).outputText == "second\n")
    }

    @Test func aProgramInTheDirectoryIsNotFoundThroughARelativePath() async throws {
        let home = FileTree()
        home.script("migrate", "echo from here")
        var spec = ProcessSpec(["migrate"])
        spec.directory = home.path
        spec.environment = ["PATH": ".::/usr/bin"]
        let problem = await problem { () throws(Problem) in try await Process.run(spec) }
        #expect(problem?.code == .notFound)
    }

    @Test func withoutAPathTheSystemsDirectoriesAreSearched() async throws {
        #expect(try await Process.run(ProcessSpec(["true"])).succeeded)
    }

    @Test func inputArrivesAndEnds() async throws {
        let json = Array(#"{"service":"web","umlaut":"ü"}"#.utf8)
        let result = try await Process.run(shell("cat; echo; echo end") { $0.input = json })
        #expect(result.outputText == #"{"service":"web","umlaut":"ü"}"# + "\nend\n")
    }

    @Test func withoutInputStandardInputIsAtItsEnd() async throws {
        #expect(try await Process.run(shell("cat; echo end")).outputText == "end\n")
    }

    @Test func inputLargerThanAnyPipeArrivesWhole() async throws {
        let input = [UInt8](repeating: 7, count: 8 * 1024 * 1024)
        let result = try await Process.run(shell("sleep 0.1; wc -c") { $0.input = input })
        #expect(result.pids == [8 * 1024 * 1024])
    }

    @Test func aProgramThatReadsNoInputIsNoTrouble() async throws {
        let input = [UInt8](repeating: 7, count: 4 * 1024 * 1024)
        let result = try await Process.run(shell("exec <&-; echo fine") { $0.input = input })
        #expect(result.outputText == "fine\n")
        #expect(result.succeeded)
    }

    @Test func liveOutputComesWhileTheProgramRunsAndStartedComesFirst() async throws {
        let events = Mutex<[String]>([])
        let fifo = FileTree()
        // The program waits until its first line has been seen, so live output is the only way out.
        let script = "echo one; while [ ! -e seen ]; do sleep 0.01; done; echo two >&2"
        let result = try await Process.run(
            shell(script) {
                $0.directory = fifo.path
                $0.timeout = .seconds(60)
            },
            live: { stream, bytes in
                let line = String(decoding: bytes, as: UTF8.self)
                events.withLock { $0.append("\(stream) \(line)") }
                if line == "one\n" { fifo.file("seen") }
            },
            started: { pid in events.withLock { $0.append(pid > 0 ? "started" : "bad pid") } })
        #expect(result.succeeded)
        #expect(events.withLock { $0 } == ["started", "output one\n", "errors two\n"])
    }

    @Test func whatIsBeyondTheLimitIsCountedAndDroppedButShownLive() async throws {
        let seen = Atomic(0)
        let result = try await Process.run(
            shell("head -c 1000 /dev/zero; head -c 300 /dev/zero >&2") { $0.outputLimit = 256 },
            live: { stream, bytes in seen.add(bytes.count, ordering: .relaxed) })
        #expect(result.output.count == 256)
        #expect(result.outputDropped == 744)
        #expect(result.errors.count == 256)
        #expect(result.errorsDropped == 44)
        #expect(seen.load(ordering: .relaxed) == 1300)
    }

    @Test func hundredsOfMegabytesAreReadButNotKept() async throws {
        let result = try await Process.run(shell("head -c 500000000 /dev/zero; echo done >&2"))
        #expect(result.output.count == 64 * 1024)
        #expect(result.outputDropped == 500_000_000 - 64 * 1024)
        #expect(result.errorsText == "done\n")
        #expect(result.duration < .seconds(30))
    }

    @Test func twoHundredAtOnceAllEndWell() async throws {
        let codes = try await withThrowingTaskGroup(of: Ending.self) { group in
            for number in 0..<200 {
                group.addTask { try await Process.run(shell("sleep 0.5; exit \(number % 100)")).ending }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count == 200)
        #expect(Set(codes) == Set((0..<100).map { .exited($0) }))
    }
}
