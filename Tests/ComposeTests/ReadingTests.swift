import Model
import Testing

@testable import Compose

@Suite("Reading what compose reads")
struct ReadingTests {
    @Test(
        "Variables stand for what compose puts in their place",
        arguments: [
            ("plain", "plain"), ("$A", "one"), ("${A}", "one"), ("x${A}y$B.z", "xoney.z"), ("$$A", "$A"),
            ("${NONE:-x}", "x"), ("${EMPTY:-x}", "x"), ("${EMPTY-x}", ""), ("${NONE-x}", "x"), ("${A:-x}", "one"),
            ("${A:+x}", "x"), ("${EMPTY:+x}", ""), ("${EMPTY+x}", "x"), ("${NONE+x}", ""), ("${A:?x}", "one"),
            ("${NONE:-${A}}", "one"), ("${NONE:-${EMPTY:-a:b/c}}@${A}", "a:b/c@one"), ("${NONE:-}", ""),
            ("${NONE:-$$}", "$"),
        ])
    func interpolation(_ text: String, _ wanted: String) throws {
        let variables = ["A": "one", "EMPTY": "", "B": ""]
        #expect(try Template(text).text(variables) == wanted)
    }

    @Test(
        "What is no variable is said to be none",
        arguments: ["$", "a$", "${", "${}", "${A", "${A:-b", "$1", "${A:b}", "${A b}"])
    func strangeVariables(_ text: String) {
        #expect(problem { _ = try Template(text) }?.code == .invalid)
    }

    @Test("One that has to be there says what is wanted when it is not")
    func required() throws {
        let template = try Template("${TAG:?set it in .env}")
        #expect(problem { _ = try template.text([:]) }?.message == "the variable TAG has no value: set it in .env")
        #expect(problem { _ = try template.text(["TAG": ""]) } != nil)
        let deep = String(repeating: "${A:-", count: 40) + String(repeating: "}", count: 40)
        #expect(problem { _ = try Template(deep) }?.code == .limit)
    }

    @Test("A file of variables is read as compose reads it")
    func environmentFile() throws {
        let text = """
            # comment
            A=1
            export B = two words  # not this
            C='$A # not a comment'
            D="$A\\n\\"x\\" \\$A"

            E=
            F: yaml
            ALONE
            G=${NONE:-${A}}
            H=a#b
            I="several
            lines"
            A=2
            """
        let file = try EnvironmentFile(Array(text.utf8), path: ".env")
        #expect(
            file.variables == [
                "A": "2", "B": "two words", "C": "$A # not a comment", "D": "1\n\"x\" $A", "E": "", "F": "yaml",
                "G": "1",
                "H": "a#b", "I": "several\nlines",
            ])
        for entry in file.entries where ["A", "B", "E", "F", "H"].contains(entry.name) {
            #expect(String(decoding: file.bytes[entry.range], as: UTF8.self) == entry.value)
        }
        #expect(
            problem { _ = try EnvironmentFile(Array("A=1\nwhat is this\n".utf8), path: ".env") }?.message
                == ".env:2: expected NAME=value")
        #expect(
            problem { _ = try EnvironmentFile(Array("A=\"x\n".utf8), path: ".env") }?.message.hasPrefix(
                ".env:1: the quote") == true)
        #expect(problem { _ = try EnvironmentFile([0x41, 0x3D, 0xFF], path: ".env") }?.code == .invalid)
    }

    @Test("The project is called as compose calls it")
    func names() throws {
        func name(_ text: String, _ directory: String = "/srv/My Site_1", _ variables: [String: String] = [:]) throws
            -> String
        {
            try ComposeProject(
                files: [try ComposeFile(Array(text.utf8), path: "\(directory)/compose.yml")], environmentFiles: [],
                surroundings: variables, directory: directory
            ).name()
        }
        #expect(try name("services: {}") == "mysite_1")
        #expect(try name("services: {}", "/srv/_-x.y") == "xy")
        #expect(try name("name: shop\nservices: {}") == "shop")
        #expect(try name("name: shop-${STAGE:-test}\nservices: {}") == "shop-test")
        #expect(try name("name: shop", "/srv/a", ["COMPOSE_PROJECT_NAME": "other"]) == "other")
    }

    @Test("A file that is none is refused with its place")
    func noComposeFile() throws {
        func refusal(_ text: String) -> String? {
            problem { _ = try ComposeFile(Array(text.utf8), path: "compose.yml") }?.message
        }
        #expect(refusal("- a\n")?.contains("compose.yml:1:1: expected a compose file") == true)
        #expect(refusal("services: [web]\n")?.contains("compose.yml:1:11: services: it is a list") == true)
        #expect(refusal("services:\n\tweb:\n")?.contains("compose.yml:2:1: a tab") == true)
        #expect(refusal("") == nil)
    }

    @Test("The generated file holds the images of all services that have one there")
    func overrideFile() throws {
        var file = OverrideFile()
        file.set("ghcr.io/me/web:\(wantedTag)", for: "web")
        var again = try OverrideFile(Array(file.text.utf8), path: "compose.override.yml")
        again.set("ghcr.io/me/api:1", for: "api")
        #expect(
            try OverrideFile(Array(again.text.utf8), path: "x").images == [
                "web": "ghcr.io/me/web:\(wantedTag)", "api": "ghcr.io/me/api:1",
            ])
        #expect(problem { _ = try OverrideFile(Array("services: {}\n".utf8), path: "x") }?.code == .conflict)
        #expect(OverrideFile.path(for: ["/srv/compose.yaml"]) == ("/srv/compose.override.yaml", true))
        #expect(OverrideFile.path(for: ["/srv/docker-compose.yml"]) == ("/srv/docker-compose.override.yml", true))
        #expect(OverrideFile.path(for: ["/srv/prod.yml"]) == ("/srv/prod.grapnel.yml", false))
        #expect(OverrideFile.path(for: ["/srv/compose.yml", "/srv/b.yml"]) == ("/srv/compose.grapnel.yml", false))
    }
}
