import Model
import Testing

@Suite struct ProblemTests {
    @Test func descriptionIsTheWholeChainOutermostFirst() {
        let inner = Problem(.unreachable, "connection refused")
        let outer = Problem(.failed, "registry.example: tags could not be listed", cause: inner)
        #expect("\(outer)" == "registry.example: tags could not be listed: connection refused")
        #expect(outer.cause == inner)
    }

    @Test func placeGoesInFrontAndTheCodeStays() {
        let problem = Problem(.timeout, "no answer within 3 s").at("services.web")
        #expect(problem.code == .timeout)
        #expect(problem.message == "services.web: no answer within 3 s")
    }
}
