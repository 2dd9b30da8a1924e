import Model

/// What is gathered while the files are read.
final class Reading {
    /// Nil where nothing is filled in.
    let expansion: Expansion?
    /// Where relative paths start.
    let directory: String
    private(set) var mistakes: [SettingsMistake] = []
    private(set) var warnings: [SettingsMistake] = []
    private(set) var references: [ServiceReference] = []
    /// The keys that the settings know, with `*` for names and `[]` for elements, as far as this reading came to
    /// ask for them; and those of them that the files have. A test holds the reference file against both.
    private(set) var asked: Set<String> = []
    private(set) var found: Set<String> = []

    init(environment: [String: String], directory: String) {
        expansion = Expansion(environment: environment, directory: directory)
        self.directory = directory
    }

    /// Of labels: whoever sets them is given nothing of what this machine's environment and files hold.
    init() {
        expansion = nil
        directory = "/"
    }

    func add(_ mistake: SettingsMistake) { mistakes.append(mistake) }

    /// Some values are read twice.
    func warn(_ warning: SettingsMistake) {
        if !warnings.contains(warning) { warnings.append(warning) }
    }

    /// A service that no file describes.
    func mention(_ reference: ServiceReference) { references.append(reference) }

    func ask(_ schema: String, isFound: Bool) {
        asked.insert(schema)
        if isFound { found.insert(schema) }
    }
}
