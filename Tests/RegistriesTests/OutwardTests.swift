import HTTPClient
import Model
import Testing

@testable import Registries

/// Where a registry may send us for tokens or content.
struct OutwardTests {
    private func barrier(_ server: String, _ peer: String?, _ target: String) throws -> AddressBarrier {
        let outward = Outward(server: try #require(WebAddress(server)), peer: peer)
        return try outward.barrier(to: try #require(WebAddress(target)), "the token server")
    }

    @Test("A public registry may send to public places only, and never in the clear")
    func publicOnes() throws {
        #expect(try barrier("https://r.example", "203.0.113.7", "https://auth.example/token") == .privateNetworks)
        #expect(try barrier("https://r.example", "203.0.113.7", "https://r.example/token") == .none)
        #expect(throws: Problem.self) { try barrier("https://r.example", "203.0.113.7", "http://auth.example/token") }
        #expect(throws: Problem.self) { try barrier("https://r.example", "203.0.113.7", "http://r.example/token") }
    }

    @Test("One in the owner's network may send to others there, and not to where a cloud gives out credentials")
    func inner() throws {
        #expect(try barrier("https://r.lan", "192.168.1.5", "https://auth.lan/token") == .linkLocal)
        #expect(try barrier("http://127.0.0.1:5000", "127.0.0.1", "http://127.0.0.1:5001/token") == .none)
        #expect(try barrier("http://127.0.0.1:5000", "127.0.0.1", "http://10.0.0.1/token") == .linkLocal)
        #expect(try barrier("http://localhost:5000", "::1", "http://auth.lan/token") == .linkLocal)
    }

    @Test("Behind a proxy only what is written can be judged")
    func proxied() throws {
        #expect(try barrier("https://r.example", nil, "https://auth.example/token") == .none)
        for place in ["10.0.0.1", "169.254.169.254", "localhost", "[::1]", "[fd00::1]", "2852039166"] {
            #expect(throws: Problem.self, "\(place)") {
                try barrier("https://r.example", nil, "https://\(place)/token")
            }
        }
        #expect(try barrier("https://192.168.1.5", nil, "https://10.0.0.1/token") == .linkLocal)
    }

    @Test("Private addresses are told from public ones")
    func addresses() {
        for address in [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
            "0.0.0.0",
            "::1", "fe80::1", "fd00:ec2::254", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "::",
        ] { #expect(AddressBarrier.isPrivate(address), "\(address)") }
        for address in ["8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "example.org"] {
            #expect(!AddressBarrier.isPrivate(address), "\(address)")
        }
        #expect(AddressBarrier.isLoopback("127.1.2.3") && AddressBarrier.isLoopback("::1"))
        #expect(!AddressBarrier.isLoopback("10.0.0.1") && !AddressBarrier.isLoopback("localhost"))
    }
}
