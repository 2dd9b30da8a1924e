import Model
import YAML

extension Value {
    func tls() -> TLSFiles? {
        guard var keys = keys() else { return nil }
        let certificate = keys.require("cert") { $0.path() }
        let key = keys.require("key") { $0.path() }
        keys.finish()
        guard let certificate, let key else { return nil }
        return TLSFiles(certificate: certificate, key: key)
    }

    func tokenIssuer() -> TokenIssuer? {
        guard var keys = keys() else { return nil }
        let algorithm = keys.require("algorithm") { $0.choice("an algorithm", of: TokenIssuer.Algorithm.self) }
        let secret = keys.value("secret")
        let file = keys.value("key")
        let keySet = keys.value("jwks")
        let issuer = keys.read("issuer") { $0.text("an issuer") }
        let audiences = keys.read("audience") { $0.texts("an audience") } ?? []
        let leeway = keys.read("leeway") { $0.duration(atLeast: .zero) } ?? .seconds(30)
        keys.finish()
        guard let algorithm else { return nil }
        let given = [secret, file, keySet].compactMap { $0 }.count
        let key: TokenIssuer.Key?
        if algorithm == .hs256 {
            guard let secret, given == 1 else {
                refuse("HS256 is checked with a secret, expected the key \"secret\" and neither \"key\" nor \"jwks\"")
                return nil
            }
            key = secret.secret().map { .secret($0) }
            if case .secret(let value)? = key, value.value.utf8.count < 32 {
                secret.warn("it has fewer than 32 bytes, which can be guessed")
            }
        } else {
            guard secret == nil, given == 1 else {
                refuse(
                    "\(algorithm.rawValue) is checked with a public key, expected the key \"key\" or \"jwks\" and no \"secret\""
                )
                return nil
            }
            key = file.map { $0.path().map { .file($0) } } ?? keySet?.url().map { .keySet($0) }
        }
        return key.map {
            TokenIssuer(algorithm: algorithm, key: $0, issuer: issuer, audiences: audiences, leeway: leeway)
        }
    }

    func compat() -> CompatSettings {
        var compat = CompatSettings()
        for element in list("a list, for example [autodok, dockward]") {
            guard element.node.mapping != nil else {
                element.choice("an agent", of: CompatibleAgent.self).map { compat.add($0, nil) }
                continue
            }
            element.compatEntry(&compat)
        }
        return compat
    }

    /// `gopdater: { owner: me }`: one agent with settings of its own.
    private func compatEntry(_ compat: inout CompatSettings) {
        let entries = entries("an agent with its settings")
        guard let (name, position, value) = entries.first, entries.count == 1 else {
            refuse("it has \(entries.count) keys, expected one entry of the list for each agent")
            return
        }
        guard let agent = CompatibleAgent(rawValue: name) else {
            let known = CompatibleAgent.allCases.map(\.rawValue)
            let hint =
                Nearest.word(to: name, among: known).map { "did you mean \"\($0)\"?" }
                ?? "expected \(Keys.listed(known))"
            reading.add(SettingsMistake(at: position, place: place, "\(quoted(name)) is not an agent, \(hint)"))
            return
        }
        guard var keys = value.keys() else { return }
        var gopdater = CompatSettings.Gopdater()
        if agent == .gopdater {
            gopdater.owner = keys.read("owner") { $0.text("an owner's name") }
            gopdater.isOpen = keys.read("open") { $0.truth() } ?? false
        }
        keys.finish()
        compat.add(agent, gopdater)
    }
}

private enum CompatibleAgent: String, CaseIterable {
    case autodok
    case containerUpdater = "container-updater"
    case dockward
    case gopdater
}

extension CompatSettings {
    fileprivate mutating func add(_ agent: CompatibleAgent, _ settings: Gopdater?) {
        switch agent {
        case .autodok: hasAutodok = true
        case .containerUpdater: hasContainerUpdater = true
        case .dockward: hasDockward = true
        case .gopdater: gopdater = settings ?? Gopdater()
        }
    }
}
