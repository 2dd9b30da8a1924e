import Model
import Testing

@testable import Registries

/// What registries say beside what was asked: headers, as they are and as nobody should write them.
struct HeaderTests {
    @Test("A challenge is read, of several the one that gives tokens")
    func challenges() {
        let bearer = Challenge.bearer(
            .init(realm: "https://ghcr.io/token", service: "ghcr.io", scopes: ["repository:me/web:pull"]))
        let cases: [([String], Challenge?)] = [
            ([#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:me/web:pull""#], bearer),
            ([#"bearer realm="https://ghcr.io/token", service=ghcr.io , scope="repository:me/web:pull""#], bearer),
            (
                [
                    #"Basic realm="x""#,
                    #"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:me/web:pull""#,
                ], bearer
            ),
            (
                [
                    #"Basic realm="x, y", Bearer realm="https://ghcr.io/token",service="ghcr.io","#
                        + #"scope="repository:me/web:pull""#
                ], bearer
            ),
            ([#"Basic realm="Registry \"Realm\"""#], .basic),
            (["Basic"], .basic),
            (["Negotiate abc=="], nil),
            (["Bearer"], nil),
            ([#"Bearer realm="""#], nil),
            ([#"realm="x""#], nil),
            ([#"Bearer realm="https://a"#], .bearer(.init(realm: "https://a", service: nil, scopes: []))),
            (
                [#"Bearer realm=https://a/b,scope="x y""#],
                .bearer(.init(realm: "https://a/b", service: nil, scopes: ["x", "y"]))
            ),
            (["", "\"", "<", ",,,=", "==="], nil),
        ]
        for (headers, expected) in cases { #expect(Challenge.best(of: headers) == expected, "\(headers)") }
    }

    @Test("The next page is found among other links")
    func pages() {
        let cases: [([String], String?)] = [
            ([#"</v2/web/tags/list?last=x&n=2>; rel="next""#], "/v2/web/tags/list?last=x&n=2"),
            (["<https://r.example/v2/a?n=1>;rel=next"], "https://r.example/v2/a?n=1"),
            ([#"</first>; rel="first", </next>; title="a, b"; rel="last next""#], "/next"),
            ([#"</first>; rel="first""#, #"</next>; rel="NEXT""#], "/next"),
            ([#"</prev>; rel="prev""#], nil),
            (["/v2/x; rel=next", "<no end; rel=next", "<>", ""], nil),
            ([], nil),
        ]
        for (headers, expected) in cases { #expect(NextPage.target(in: headers) == expected, "\(headers)") }
    }

    @Test("How long to wait is never next to nothing and never for ever: trap 26")
    func patience() throws {
        let now = try #require(Timestamp("2026-11-20T12:00:00Z"))
        let cases: [(String?, Duration?)] = [
            ("30", .seconds(30)), ("0", .seconds(1)), ("-5", .seconds(1)), ("0.000331", .seconds(1)),
            ("2.5", .seconds(2.5)),
            ("99999999", .seconds(3600)), ("1e300", .seconds(3600)), ("nan", nil), ("soon", nil), (nil, nil),
            ("Fri, 20 Nov 2026 12:01:30 GMT", .seconds(90)), ("Fri, 20 Nov 2026 11:00:00 GMT", .seconds(1)),
            ("Fri, 20 Foo 2026 11:00:00 GMT", nil),
        ]
        for (header, expected) in cases { #expect(RetryAfter.delay(header, now: now) == expected, "\(header ?? "-")") }
        #expect(RetryAfter.delay(refusals: 1) == .seconds(30))
        #expect(RetryAfter.delay(refusals: 2) == .seconds(60))
        #expect(RetryAfter.delay(refusals: 100) == .seconds(3600))
    }

    @Test("What is left of a limit is read, and forgotten when its time is over")
    func quotas() throws {
        let now = try #require(Timestamp("2026-11-20T12:00:00Z"))
        func quota(_ limit: String, _ remaining: String) -> Quota? {
            Quota(HTTPHeaders([("RateLimit-Limit", limit), ("ratelimit-remaining", remaining)]), now: now)
        }
        let some = try #require(quota("100;w=21600", "11;w=21600"))
        #expect(some.limit == 100 && some.remaining == 11 && some.window == .seconds(21600) && !some.isLow(at: now))
        let few = try #require(quota("100;w=21600", "10;w=21600"))
        #expect(few.isLow(at: now) && !few.isLow(at: now + .seconds(21600)))
        #expect(quota("200", "-3")?.remaining == 0)
        #expect(quota("many", "3") == nil && quota("0;w=1", "0") == nil)
        #expect(Quota(HTTPHeaders(), now: now) == nil)
    }

    @Test("Moments are read as registries write them")
    func moments() throws {
        let noon = try #require(Timestamp("2026-11-20T12:00:00.5Z"))
        for text in [
            "2026-11-20T12:00:00.5Z", "2026-11-20T12:00:00.500000000Z", "2026-11-20T13:00:00.5+01:00",
            "2026-11-20T06:30:00.50-05:30",
        ] { #expect(Timestamp(rfc3339: text) == noon, "\(text)") }
        for text in [
            "", "2026-11-20", "2026-11-20T12:00:00", "2026-11-20T12:00:00.Z", "2026-11-20T12:00:00+1:00",
            "2026-11-20T12:00:00+25:00",
        ] {
            #expect(Timestamp(rfc3339: text) == nil, "\(text)")
        }
    }
}
