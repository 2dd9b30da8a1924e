import HTTPServer
import Model

/// The JSON object that a request carries; none at all is an empty one. Fields that are not known are
/// ignored, fields of the wrong type are not.
struct Body {
    private let members: JSON.Members

    init(_ request: ServerRequest) throws(Problem) {
        guard !request.body.isEmpty else {
            members = JSON.Members()
            return
        }
        guard case .object(let members) = try Body.json(request.body) else {
            throw Problem(.usage, "body: expected a JSON object")
        }
        self.members = members
    }

    private static func json(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(Problem) {
            return try JSON(parsing: bytes)
        } catch {
            throw error.at("body")
        }
    }

    func string(_ key: String) throws(Problem) -> String? {
        guard let value = members[key], !value.isNull else { return nil }
        guard let text = value.string else { throw Problem(.usage, "body.\(key): expected a string") }
        return text
    }

    func strings(_ key: String) throws(Problem) -> [String]? {
        guard let value = members[key], !value.isNull else { return nil }
        let texts = value.array?.compactMap(\.string)
        guard let texts, texts.count == value.array?.count else {
            throw Problem(.usage, "body.\(key): expected a list of strings")
        }
        return texts
    }

    func bool(_ key: String) throws(Problem) -> Bool? {
        guard let value = members[key], !value.isNull else { return nil }
        guard let flag = value.bool else { throw Problem(.usage, "body.\(key): expected true or false") }
        return flag
    }
}

extension Wish {
    init(body: Body) throws(Problem) {
        try self.init(
            tag: body.string("tag"), image: body.string("image"), force: body.bool("force") ?? false, where: "body")
    }

    init(query request: ServerRequest) throws(Problem) {
        let force =
            switch request.query("force") {
            case "true": true
            case nil, "false": false
            default: throw Problem(.usage, "query.force: expected true or false")
            }
        try self.init(tag: request.query("tag"), image: request.query("image"), force: force, where: "query")
    }

    private init(tag: String?, image: String?, force: Bool, where place: String) throws(Problem) {
        switch (tag, image) {
        case (nil, nil): self.init(.follow, force: force)
        case (let tag?, nil): self.init(.tag(tag), force: force)
        case (nil, let image?): self.init(.image(image), force: force)
        case (_?, _?): throw Problem(.usage, "\(place): expected either a tag or an image, not both")
        }
    }
}
