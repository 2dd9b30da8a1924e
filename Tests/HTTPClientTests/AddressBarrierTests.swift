import HTTPClient
import Model
import TestKit
import Testing

@Suite struct AddressBarrierTests {
    let client = HTTPClient()

    @Test(arguments: [
        ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        // Other spellings of the same address.
        ("http://2852039166/", "169.254.169.254"), ("http://0xa9fea9fe/", "169.254.169.254"),
        ("http://0251.0376.0251.0376/", "169.254.169.254"),
        ("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254"),
        ("http://[::ffff:a9fe:a9fe]/", "::ffff:a9fe:a9fe"), ("http://[64:ff9b::a9fe:1]/", "64:ff9b::a9fe:1"),
        ("http://[fe80::1]/", "fe80::1"), ("http://[febf::1]/", "febf::1"),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254"),
    ])
    func addressesAreRefused(url: String, shown: String) async {
        var request = HTTPRequest(url: url)
        request.barrier = .linkLocal
        let text = "\(shown) is a link-local address, which hooks may not reach"
        await #expect(throws: Problem(.forbidden, text)) { try await client.send(request) }
    }

    @Test func redirectsToThemAreRefused() async {
        let server = RedirectTests.redirecting(to: "http://169.254.169.254/latest")
        var request = HTTPRequest(url: server.url)
        request.barrier = .linkLocal
        request.followRedirects = 2
        let text = "169.254.169.254 is a link-local address, which hooks may not reach"
        await #expect(throws: Problem(.forbidden, text)) { try await client.send(request) }
    }

    @Test func ordinaryAddressesAreReached() async throws {
        let server = ScriptedServer.echo()
        var request = HTTPRequest(url: server.url)
        request.barrier = .linkLocal
        #expect(try await client.send(request).status == 200)
    }
}
