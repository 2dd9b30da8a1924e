/// One service of a compose project, or all of its services that run one repository.
package struct ComposeDefinition: Hashable, Sendable {
    /// Where the digest is written down, so that the next `docker compose up` by hand runs the same image.
    package enum Pin: String, Hashable, Sendable, CaseIterable {
        case file, env, override
    }

    package var files: [String]
    package var project: String?
    /// nil: every service of the files whose repository is the service's image.
    package var service: String?
    package var pin: Pin
    package var timeout: Duration

    package init(
        files: [String], project: String? = nil, service: String? = nil, pin: Pin = .file,
        timeout: Duration = .seconds(120)
    ) {
        self.files = files
        self.project = project
        self.service = service
        self.pin = pin
        self.timeout = timeout
    }
}
