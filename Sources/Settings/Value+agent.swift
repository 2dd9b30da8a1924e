import Model
import YAML

extension Value {
    /// `off`, `5m` or `{ every: 5m }`.
    func polling() -> Polling? {
        if let scalar = node.scalar, !isNull {
            if let filled = filled(scalar), ["off", "no", "false"].contains(filled.text.lowercased()) { return .off }
            return duration(atLeast: .seconds(1)).map { .every($0) }
        }
        guard var keys = keys("off, a duration or a mapping with the key \"every\"") else { return nil }
        let every = keys.require("every") { $0.polling() }
        keys.finish()
        return every
    }

    func hookLimits() -> HookLimits? {
        guard var keys = keys() else { return nil }
        var limits = HookLimits()
        limits.timeout = keys.read("timeout") { $0.duration(atLeast: .milliseconds(100)) } ?? limits.timeout
        limits.memory = keys.read("memory") { $0.size(atLeast: 1 << 20) } ?? limits.memory
        limits.output = keys.read("output") { $0.size(atLeast: 1024) } ?? limits.output
        limits.allowedPowers =
            keys.read("allow") { value in Set(value.elements().compactMap { $0.choice("a power", of: Power.self) }) }
            ?? limits.allowedPowers
        limits.user = keys.read("user") { $0.text("a user's name") }
        keys.finish()
        return limits
    }

    /// A name may be anything, since it is only ever quoted back.
    func secrets() -> [String: Secret]? {
        var secrets: [String: Secret] = [:]
        for entry in entries("a mapping of names to secrets") {
            if let secret = entry.value.secret() { secrets[entry.name] = secret }
        }
        return secrets
    }

    func deployLimits() -> DeployLimits? {
        guard var keys = keys() else { return nil }
        var limits = DeployLimits()
        limits.concurrency = keys.read("concurrency") { $0.integer(1...64) } ?? limits.concurrency
        limits.keep = keys.read("keep") { $0.integer(1...100_000) } ?? limits.keep
        limits.blockFor = keys.read("block_for") { $0.duration(atLeast: .seconds(1)) }
        keys.finish()
        return limits
    }

    func state() -> StateSettings? {
        guard var keys = keys() else { return nil }
        var state = StateSettings()
        state.backups = keys.read("backups") { $0.integer(0...1000) } ?? state.backups
        state.backupDirectory = keys.read("backup_dir") { $0.path() }
        keys.finish()
        return state
    }

    func log() -> LogSettings? {
        guard var keys = keys() else { return nil }
        var log = LogSettings()
        log.format = keys.read("format") { $0.choice("a log format", of: LogSettings.Format.self) } ?? log.format
        log.level = keys.read("level") { $0.choice("a log level", of: LogSettings.Level.self) } ?? log.level
        log.file = keys.read("file") { $0.path() }
        keys.finish()
        return log
    }

    /// `off`, one address, or a list of them.
    func listenAddresses() -> [ListenAddress] {
        if let scalar = node.scalar, scalar.truth == false { return [] }
        return elements().compactMap { $0.listenAddress() }
    }
}
