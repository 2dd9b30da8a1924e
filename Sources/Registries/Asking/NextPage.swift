/// Where a list goes on: `Link: </v2/me/web/tags/list?n=100&last=x>; rel="next"` (RFC 8288).
enum NextPage {
    /// The target as it was written; nil on the last page.
    static func target(in headers: [String]) -> String? {
        for header in headers {
            var reader = HeaderReader(header)
            while let target = reader.target() {
                while !reader.isAtComma, let name = reader.token() {
                    let value = reader.value()
                    if name.lowercased() == "rel", value?.lowercased().split(separator: " ").contains("next") == true {
                        return target
                    }
                }
            }
        }
        return nil
    }
}
