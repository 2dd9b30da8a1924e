import Processes
import Testing

@Suite struct EndingSentenceTests {
    @Test(arguments: [
        (Ending.exited(3), "exited with code 3"),
        (.signalled(9), "was ended by signal 9 (KILL)"),
        (.signalled(42), "was ended by signal 42"),
        (.timedOut, "did not end within 10m and was stopped"),
        (.cancelled, "was stopped together with the agent"),
    ])
    func anEndingIsASentenceAboutTheProgram(ending: Ending, sentence: String) {
        #expect(ending.sentence(timeout: .seconds(600)) == sentence)
    }
}
