package import Model

/// The service that a container could be, as its owner would write it, with what was seen of the container.
package struct Adoption: Sendable {
    package let name: String
    /// A settings file.
    package let yaml: String

    private let container: Container
    private let image: Image?

    /// `image` is the container's; nil when it is gone. Refuses what could not be moved.
    package init(_ container: Container, image: Image?) throws(Problem) {
        self.container = container
        self.image = image
        if let task = container.labels["com.docker.swarm.service.name"] ?? container.labels["com.docker.swarm.task.id"]
        {
            throw Problem(
                .unsupported,
                "the container \"\(container.name)\" is a task of the Swarm service \"\(task)\": Swarm makes and removes "
                    + "it, so what is to be deployed is that service, with \"driver: swarm\"")
        }
        guard !container.isRemovedAtStop else {
            throw Problem(
                .unsupported,
                "the container \"\(container.name)\" was made with --rm: once stopped it and its anonymous volumes would "
                    + "be gone, and there would be no way back; make it without")
        }
        let compose = AdoptedCompose(container)
        name = Adoption.serviceName(compose?.name ?? container.name)
        let tracking = AdoptedImage(container, image: image)
        let health = AdoptedHealth(container)
        var lines = ["# The container \(Adoption.harmless(container.name)), as it was found:"]
        lines += Adoption.findings(container, image).map { "# - \($0)" }
        lines += ["services:", "  \(Adoption.word(name)):", "    driver: \(compose == nil ? "container" : "compose")"]
        lines += (compose?.lines ?? tracking.container(Adoption.word(container.name))).map { "    \($0)" }
        lines += (tracking.lines + health.lines).map { "    \($0)" }
        yaml = lines.joined(separator: "\n") + "\n"
    }

    /// What its owner might want to think of.
    private static func findings(_ container: Container, _ image: Image?) -> [String] {
        var findings = [
            container.isRunning
                ? "it runs" : "it does not run, and is not started: what is stopped stays stopped"
        ]
        let policy = container.restartPolicy["Name"]?.string ?? ""
        findings.append(
            container.restartsByItself
                ? "its restart policy is \(harmless(policy))"
                : "it has no restart policy: after a restart of the machine it stays down")
        if let project = container.labels["com.docker.compose.project"] {
            let service = container.labels["com.docker.compose.service"] ?? "?"
            let made = "docker compose has made it (project \(harmless(project)), service \(harmless(service)))"
            findings.append(
                AdoptedCompose(container) != nil
                    ? "\(made): what is deployed is written into its file, so that the next \"up\" by hand keeps it"
                    : "\(made) and has not said from which file: its next \"up\" brings back what that says; with its path, "
                        + "\"driver: compose\" is the better way")
        }
        if container.networkMode.hasPrefix("container:") {
            findings.append(
                "it shares the network of another container, and is made anew with it when that one is moved")
        }
        let label = container.labels[LabelledContainer.switchLabel]
        if let label, image?.configuration["Labels"]?[LabelledContainer.switchLabel]?.string != label {
            findings.append(
                "it has the label \(LabelledContainer.switchLabel): with this in a file, its labels do nothing")
        }
        return findings
    }

    /// The container's own name, as far as a service may have it.
    private static func serviceName(_ name: String) -> String {
        let word = name.lowercased().prefix(63)
        // A container's name begins with a letter or a digit, and has no other characters than a service's may have.
        return String(word)
    }

    /// As a value in YAML that is nothing but text.
    static func word(_ text: String) -> String {
        let isPlain =
            text.first?.isLetter == true && !["null", "true", "false", "yes", "no", "on", "off"].contains(text)
        return isPlain ? text : JSON.string(text).text
    }

    /// In a comment, which ends with its line.
    static func harmless(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
