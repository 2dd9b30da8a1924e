import Model
import Testing

@Suite struct HTTPHeadersTests {
    @Test func namesCompareWithoutCaseAndFieldsKeepTheirOrder() {
        var headers = HTTPHeaders([("Set-Cookie", "a"), ("X", "1")])
        headers.append("set-cookie", "b")
        #expect(headers["SET-COOKIE"] == "a")
        #expect(headers.all("Set-Cookie") == ["a", "b"])
        #expect(headers["Set-Cookies"] == nil)
        #expect(headers["Set_Cookie"] == nil)
        #expect(headers.fields.map(\.name) == ["Set-Cookie", "X", "set-cookie"])
    }

    @Test(arguments: [
        ("GET", true), ("X-Hub-Signature-256", true), ("!#$%&'*+.^_`|~", true), ("", false), ("a b", false),
        ("a:", false), ("a\r\nB", false), ("a\u{0}", false), ("é", false), ("(a)", false),
    ])
    func tokens(text: String, isToken: Bool) {
        #expect(HTTPHeaders.isToken(text) == isToken)
    }

    @Test(arguments: [
        ("", true), ("a b\tc", true), ("é", true), ("a\r\nB: c", false), ("a\u{0}", false), ("\u{7F}", false),
    ])
    func values(text: String, isValue: Bool) {
        #expect(HTTPHeaders.isValue(text) == isValue)
    }
}
