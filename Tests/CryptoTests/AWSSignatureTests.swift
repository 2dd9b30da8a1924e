import Crypto
import Testing

/// Against the test suite that Amazon publishes for it (aws-sig-v4-test-suite), and the example of its documentation.
struct AWSSignatureTests {
    private let moment = "20150830T123600Z"

    private func signature(
        _ method: String = "GET", _ path: String = "/", _ query: String = "", headers: [(String, String)] = [],
        body: String = "", service: String = "service", host: String = "example.amazonaws.com"
    ) -> String? {
        let signer = AWSSignature(
            accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region: "us-east-1",
            service: service)
        let signed = signer.signed(
            method, host: host, path: path, query: query, headers: headers, body: Array(body.utf8), at: moment)
        return signed.first { $0.0 == "authorization" }?.1
    }

    private func expected(_ names: String, _ signature: String, service: String = "service") -> String {
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request, SignedHeaders=\(names), "
            + "Signature=\(signature)"
    }

    @Test("requests are signed as Amazon's own list has them")
    func suite() {
        #expect(
            signature()
                == expected("host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"))
        #expect(
            signature("POST")
                == expected("host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"))
        #expect(
            signature("GET", "/", "Param2=value2&Param1=value1")
                == expected("host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"))
        #expect(
            signature("GET", "/%E1%88%B4")
                == expected("host;x-amz-date", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"))
        #expect(
            signature(headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")])
                == expected(
                    "host;my-header1;x-amz-date", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"))
        #expect(
            signature(
                "GET", "/", "Action=ListUsers&Version=2010-05-08",
                headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")], service: "iam",
                host: "iam.amazonaws.com")
                == expected(
                    "content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                    service: "iam"))
    }

    @Test("credentials that are lent say so, in a header that is signed")
    func session() {
        let signer = AWSSignature(
            accessKey: "A", secretKey: "S", sessionToken: "lent", region: "eu-central-1", service: "ecr")
        let signed = signer.signed("POST", host: "h", path: "/", body: [], at: moment)
        #expect(signed.contains { $0 == ("x-amz-security-token", "lent") })
        #expect(!signed.contains { $0.0 == "host" })
        let authorization = signed.first { $0.0 == "authorization" }?.1
        #expect(authorization?.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,") == true)
    }
}
