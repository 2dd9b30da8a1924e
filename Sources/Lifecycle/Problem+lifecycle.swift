package import Model

// What several places have to say in the same words.
extension Problem {
    package static func unknownService(_ name: String, among names: [String]) -> Problem {
        let known =
            names.isEmpty ? "; none is configured" : ", expected one of \(names.sorted().joined(separator: ", "))"
        return Problem(.notFound, "there is no service \"\(name)\"\(known)")
    }

    package static func unknownDeploy(_ id: String) -> Problem {
        Problem(.notFound, "there is no deploy \"\(id)\", or more than one begins like that")
    }

    package static func unbuiltDriver(_ service: Service) -> Problem {
        Problem(
            .unsupported,
            "services.\(service.name).driver: \"\(service.kind.driver.rawValue)\" is accepted, but not built yet")
    }
}
