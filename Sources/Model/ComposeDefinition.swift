/// One service of a compose project, or all of its services that run one repository.
package struct ComposeDefinition: Hashable, Sendable {
    /// Where the digest is written down, so that the next `docker compose up` by hand runs the same image.
    package enum Pin: String, Hashable, Sendable, CaseIterable {
        /// In the compose file.
        case file
        /// In the variable that the compose file has in its place, in the `.env`.
        case env
        /// In a file of Grapnel's own that compose reads too.
        case override
        /// Nowhere: the image gets the tag that the file names.
        case none
    }

    package var files: [String]
    package var project: String?
    /// nil: every service of the files whose repository is the service's image.
    package var service: String?
    /// nil: where the image is written, be it the compose file or the `.env`.
    package var pin: Pin?
    package var profiles: [String]
    /// Instead of the `.env` beside the first file.
    package var environmentFiles: [String]
    /// Variables that stand above all files.
    package var environment: [String: String]
    package var timeout: Duration

    package init(
        files: [String], project: String? = nil, service: String? = nil, pin: Pin? = nil, profiles: [String] = [],
        environmentFiles: [String] = [], environment: [String: String] = [:], timeout: Duration = .seconds(120)
    ) {
        self.files = files
        self.project = project
        self.service = service
        self.pin = pin
        self.profiles = profiles
        self.environmentFiles = environmentFiles
        self.environment = environment
        self.timeout = timeout
    }
}
