// swift-tools-version: 6.2
import PackageDescription

// Every edge of the module graph is written out here and the build fails on any other:
// contrib/build.sh passes --explicit-target-dependency-import-check error. A module may import
// only modules of lower levels; contrib/ARCHITECTURE.md has the table.

/// For modules that hold no pointer: the strictest mode that the language has.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func system(_ name: String, pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func module(_ name: String, _ dependencies: [String] = [], resources: [Resource] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies.map { .init(stringLiteral: $0) },
        resources: resources,
        swiftSettings: swiftSettings)
}

func tests(_ subject: String, _ dependencies: [String] = [], excluding files: [String] = []) -> Target {
    .testTarget(
        name: subject + "Tests",
        dependencies: ([subject] + dependencies).map { .init(stringLiteral: $0) },
        exclude: files,
        swiftSettings: swiftSettings)
}

let package = Package(
    name: "grapnel",
    targets: [
        // System libraries: a module map and a shim header each.
        system("CLua", pkgConfig: "lua5.4", apt: "liblua5.4-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev"),
        .target(name: "CShims", dependencies: ["CLua", "CCurl", "CMicroHTTPD", "CSQLite"]),

        // Level 0
        module("Model"),

        // Level 1: one adapter per C library or system facility
        module("LuaRuntime", ["Model", "CShims"]),
        module("HTTPClient", ["Model", "CCurl", "CShims"]),
        module("HTTPServer", ["Model", "CMicroHTTPD", "CShims"]),
        module("YAML", ["Model", "CYAML"]),
        module("SQLite", ["Model", "CSQLite"]),
        module("Crypto", ["Model", "CCrypto"]),
        module("Processes", ["Model", "CShims"]),
        module("RegularExpressions", ["Model", "CPCRE2"]),
        module("Files", ["Model", "CShims"]),

        // Level 2
        module("Lifecycle", ["Model"]),

        // Level 3
        module("Journal", ["Model", "Lifecycle", "SQLite"]),
        module("Scripts", ["Model", "Lifecycle", "Processes"]),
        module("Settings", ["Model", "Files", "YAML", "RegularExpressions"]),
        module("Compose", ["Model", "Lifecycle", "Files", "Processes", "YAML", "Crypto"]),
        module("Probes", ["Model", "Lifecycle", "Processes", "HTTPClient", "CShims"]),
        module("Registries", ["Model", "Lifecycle", "HTTPClient", "Crypto", "Files", "Processes"]),
        module("DockerEngine", ["Model", "Lifecycle", "HTTPClient", "Crypto", "Files", "Processes"]),
        module(
            "Hooks",
            [
                "Model", "Lifecycle", "Files", "LuaRuntime", "Processes", "HTTPClient", "Crypto", "RegularExpressions",
                "CShims",
            ],
            // Links to the plugins in plugins/, which are a part of the binary.
            resources: [
                .embedInCode("Shipped/notify/webhook.lua"),
                .embedInCode("Shipped/registry/dockerhub.lua"),
                .embedInCode("Shipped/registry/ecr.lua"),
                .embedInCode("Shipped/registry/gcr.lua"),
                .embedInCode("Shipped/registry/ghcr.lua"),
                .embedInCode("Shipped/tags/calver.lua"),
                .embedInCode("Shipped/tags/glob.lua"),
                .embedInCode("Shipped/tags/newest.lua"),
                .embedInCode("Shipped/tags/numeric.lua"),
                .embedInCode("Shipped/tags/regex.lua"),
                .embedInCode("Shipped/tags/semver.lua"),
            ]),

        // Level 4
        module("Daemon", ["Model", "Lifecycle"]),
        module("API", ["Model", "Lifecycle", "HTTPServer"]),

        // Level 5
        .executableTarget(
            name: "grapnel",
            dependencies: [
                "Model", "Lifecycle", "HTTPClient", "HTTPServer", "Journal", "Settings", "Scripts", "Compose",
                "DockerEngine",
                "Registries", "Probes", "Hooks", "Files", "Daemon", "API",
            ],
            swiftSettings: swiftSettings),

        module("TestKit", ["Model", "Lifecycle", "Processes", "Crypto"]),

        // What contrib/bench/run.sh measures; no part of the product.
        .executableTarget(
            name: "bench",
            dependencies: [
                "Model", "Lifecycle", "Processes", "HTTPClient", "HTTPServer", "Journal", "Hooks", "Daemon",
            ],
            path: "contrib/bench/ours", swiftSettings: swiftSettings),

        // Tests
        tests("Model"),
        tests("LuaRuntime", ["Model", "CLua", "TestKit"]),
        tests("HTTPClient", ["Model", "TestKit"]),
        tests("HTTPServer", ["Model", "HTTPClient", "TestKit"]),
        tests("YAML", ["Model"]),
        tests("SQLite", ["Model", "TestKit"]),
        tests("Crypto", ["Model", "Processes", "TestKit"]),
        tests("Processes", ["Model", "TestKit"]),
        tests("RegularExpressions", ["Model"]),
        tests("Files", ["Model", "Processes", "TestKit"]),
        tests("Lifecycle", ["Model", "TestKit"]),
        tests("Journal", ["Model", "Lifecycle", "SQLite", "TestKit"]),
        tests("Scripts", ["Model", "Lifecycle", "Processes", "TestKit"]),
        tests("Settings", ["Model", "Files", "TestKit"]),
        tests(
            "Compose",
            [
                "Model", "Lifecycle", "Files", "Processes", "YAML", "Daemon", "DockerEngine", "Registries",
                "HTTPClient",
                "TestKit",
            ], excluding: ["Corpus"]),
        tests("Probes", ["Model", "Lifecycle", "Processes", "HTTPServer", "TestKit"]),
        tests(
            "Hooks",
            [
                "Model", "Lifecycle", "Files", "LuaRuntime", "Processes", "HTTPClient", "HTTPServer", "Crypto",
                "TestKit",
            ]),
        tests("Registries", ["Model", "Lifecycle", "Daemon", "HTTPClient", "Crypto", "TestKit"]),
        tests(
            "DockerEngine",
            ["Model", "Lifecycle", "Daemon", "Registries", "HTTPClient", "Crypto", "Processes", "TestKit"]),
        tests("Daemon", ["Model", "Lifecycle", "Crypto", "HTTPClient", "Processes", "Registries", "TestKit"]),
        tests("API", ["Model", "Lifecycle", "HTTPClient", "HTTPServer", "TestKit"]),

        // The program itself, as its users see it.
        .testTarget(
            name: "KillTests", dependencies: ["grapnel", "Model", "Processes", "TestKit"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandLineTests", dependencies: ["grapnel", "Model", "Lifecycle", "Processes", "TestKit"],
            swiftSettings: swiftSettings),
    ]
)
