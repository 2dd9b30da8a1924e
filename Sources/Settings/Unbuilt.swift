import Model

/// What the settings accept already although nothing acts on it yet. Whoever builds it deletes its line.
enum Unbuilt {
    static let keys: Set<String> = [
        "listen",
        "tls",
        "trusted_proxies",
        "plain_http",
        "registries",
        "docker_config",
        "allow_images",
        "webhooks",
        "commands",
        "auth",
        "compat",
        "metrics",
        "poll",
        "windows",
        "services.*.image",
        "services.*.track",
        "services.*.heal",
        "services.*.poll",
        "services.*.windows",
        "services.*.registry",
        "services.*.allow_images",
    ]

    static let drivers: Set<Driver> = [
        .container,
        .compose,
        .swarm,
    ]
}
