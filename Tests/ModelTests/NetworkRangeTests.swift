import Model
import Testing

struct NetworkRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.168.4.0/22", "192.168.7.9", true),
        ("192.168.4.0/22", "192.168.8.0", false), ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
        ("0.0.0.0/0", "8.8.8.8", true), ("::/0", "::1", true), ("::/0", "8.8.8.8", false), ("::1", "::1", true),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        // A dual-stack socket shows IPv4 peers like this.
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "localhost", false), ("10.0.0.0/8", "", false),
    ])
    func contains(range: String, address: String, expected: Bool) throws {
        #expect(try NetworkRange(range).contains(address) == expected)
    }

    @Test func isWrittenWithItsPrefix() throws {
        #expect(try NetworkRange("127.0.0.1").description == "127.0.0.1/32")
        #expect(try NetworkRange("2001:DB8:0::/32").description == "2001:db8::/32")
    }

    @Test(arguments: [
        ("", "\"\" is not an address"),
        ("localhost", "\"localhost\" is not an address"),
        ("10.0.0/8", "\"10.0.0\" is not an address"),
        ("10.0.0.0/33", "the prefix is not between 0 and 32"),
        ("10.0.0.0/", "the prefix is not between 0 and 32"),
        ("::/129", "the prefix is not between 0 and 128"),
        ("10.0.0.1/8", "it has bits behind its prefix"),
    ])
    func isRefusedWithTheReason(text: String, reason: String) {
        let message =
            "\"\(text)\" is not a range of addresses: \(reason), expected for example \"10.0.0.0/8\" or \"::1\""
        #expect(throws: Problem(.invalid, message)) { try NetworkRange(text) }
    }
}
