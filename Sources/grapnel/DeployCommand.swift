import Model

enum DeployCommand: Subcommand {
    static let name = "deploy"
    static let summary = "move a service to a new release, and wait for the outcome"
    static let wishOptions = [
        Arguments.Grammar.Option(name: "--tag", value: "TAG", help: "this tag; for a script, this revision"),
        Arguments.Grammar.Option(name: "--image", value: "REF", help: "this image"),
        Arguments.Grammar.Option(name: "--force", help: "even if it is blocked or runs already"),
    ]
    static let waitOptions = [
        Arguments.Grammar.Option(name: "--no-wait", help: "answer as soon as it is accepted"),
        Arguments.Grammar.Option(name: "--follow", help: "show every line of output too"),
    ]
    static let grammar = Arguments.Grammar(operands: ["NAME"], options: wishOptions + waitOptions)

    static func run(_ context: Context) async throws(Problem) -> Int32 {
        let wish = try wish(context.arguments)
        var body = JSON.Members([("force", .bool(wish.force))])
        if let tag = context.arguments["--tag"] { body["tag"] = .string(tag) }
        if let image = context.arguments["--image"] { body["image"] = .string(image) }
        return try await DeployWatch(context).ask("deploy", body: .object(body))
    }

    static func wish(_ arguments: Arguments) throws(Problem) -> Wish {
        switch (arguments["--tag"], arguments["--image"]) {
        case (nil, nil): return Wish(.follow, force: arguments.has("--force"))
        case (let tag?, nil): return Wish(.tag(tag), force: arguments.has("--force"))
        case (nil, let image?): return Wish(.image(image), force: arguments.has("--force"))
        case (_?, _?): throw Problem(.usage, "expected either --tag or --image, not both")
        }
    }
}
