/// What the settings accept already although nothing acts on it yet. Whoever builds it deletes its line.
enum Unbuilt {
    static let keys: Set<String> = [
        "listen",
        "tls",
        "trusted_proxies",
        "plain_http",
        "allow_images",
        "webhooks",
        "commands",
        "auth",
        "compat",
        "metrics",
        "services.*.heal",
        "services.*.allow_images",
    ]
}
