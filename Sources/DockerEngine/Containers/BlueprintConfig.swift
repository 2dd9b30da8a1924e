import Model

/// The part that an image has defaults for.
struct BlueprintConfig {
    let members: JSON.Members

    init(of old: Container, defaults: JSON?) {
        var config = old.config.object ?? JSON.Members()
        // Only of use to builds.
        for key in ["OnBuild", "ArgsEscaped"] { config[key] = nil }
        if let defaults { BlueprintConfig.dropDefaults(&config, defaults) }
        BlueprintConfig.dropCommand(&config, defaults ?? .null)
        let sharesName =
            old.networkMode == "host" || old.networkMode.hasPrefix("container:")
            || old.hostConfig["UTSMode"]?.string == "host"
        // The engine names a host after its container; and refuses a name where the machine's is shared.
        if sharesName || config["Hostname"]?.string == old.shortID { config["Hostname"] = nil }
        if sharesName { config["Domainname"] = nil }
        members = config
    }

    private static func dropDefaults(_ config: inout JSON.Members, _ defaults: JSON) {
        for key in ["WorkingDir", "User", "StopSignal", "Healthcheck", "Shell", "StopTimeout"]
        where config[key] == defaults[key] { config[key] = nil }
        // Of a check the owner may have chosen no more than the interval; the rest is the new image's matter.
        if let check = config["Healthcheck"]?.object, let usual = defaults["Healthcheck"] {
            config["Healthcheck"] = .object(
                JSON.Members(check.pairs.filter { usual[$0.key] != $0.value }.map { ($0.key, $0.value) }))
        }
        let environment = Set(defaults["Env"]?.array ?? [])
        config["Env"] = .array((config["Env"]?.array ?? []).filter { !environment.contains($0) })
        for key in ["Labels", "ExposedPorts", "Volumes"] {
            let usual = defaults[key]
            let chosen = (config[key]?.object?.pairs ?? []).filter { usual?[$0.key] != $0.value }
            config[key] = .object(JSON.Members(chosen.map { ($0.key, $0.value) }))
        }
    }

    /// An image's command goes with its entry point: once that was chosen, both were. So it was where an image's command
    /// is missing, although the entry point is the image's too.
    private static func dropCommand(_ config: inout JSON.Members, _ defaults: JSON) {
        let lacksCommand = config["Cmd"].isSame(as: nil) && !defaults["Cmd"].isSame(as: nil)
        if config["Entrypoint"].isSame(as: defaults["Entrypoint"]), !lacksCommand {
            config["Entrypoint"] = nil
            if config["Cmd"].isSame(as: defaults["Cmd"]) { config["Cmd"] = nil }
        } else if config["Entrypoint"].isSame(as: nil) {
            // Taken away by `--entrypoint ""`, which the engine shows as none; none would mean the new image's.
            config["Entrypoint"] = [""]
        }
    }
}

extension JSON? {
    /// No list and an empty one mean the same.
    fileprivate func isSame(as other: JSON?) -> Bool { (self?.array ?? []) == (other?.array ?? []) }
}
