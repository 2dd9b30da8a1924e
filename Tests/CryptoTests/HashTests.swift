import Crypto
import Testing

@Suite struct HashTests {
    // FIPS 180-2, appendices A to C, and the empty message.
    @Test(arguments: [
        (Hash.sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            .sha512, "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func knownAnswers(hash: Hash, message: String, expected: String) {
        #expect(Hex.encode(hash.digest(of: message.utf8)) == expected)
        #expect(hash.digest(of: message.utf8).count == hash.size)
    }

    struct Authentication: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let sha256: String
        let sha512: String
    }

    static let authentications = [
        // RFC 4231, test case 1
        Authentication(
            key: [UInt8](repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            sha512: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"),
        // 2: a key shorter than the output
        Authentication(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            sha512: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
        // 3
        Authentication(
            key: [UInt8](repeating: 0xaa, count: 20), message: [UInt8](repeating: 0xdd, count: 50),
            sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            sha512: "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
                + "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"),
        // 4
        Authentication(
            key: Array(1...25), message: [UInt8](repeating: 0xcd, count: 50),
            sha256: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            sha512: "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
                + "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"),
        // 6: a key longer than the block
        Authentication(
            key: [UInt8](repeating: 0xaa, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            sha512: "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
        // 7: both long
        Authentication(
            key: [UInt8](repeating: 0xaa, count: 131),
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            sha256: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            sha512: "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
                + "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"),
    ]

    @Test(arguments: authentications)
    func authenticationsOfRFC4231(_ known: Authentication) {
        #expect(Hex.encode(Hash.sha256.authentication(of: known.message, key: known.key)) == known.sha256)
        #expect(Hex.encode(Hash.sha512.authentication(of: known.message, key: known.key)) == known.sha512)
    }

    @Test func authenticationsOfRFC2202() {
        let first = Hash.sha1.authentication(of: "Hi There".utf8, key: [UInt8](repeating: 0x0b, count: 20))
        #expect(Hex.encode(first) == "b617318655057264e28bc0b6fb378c8ef146be00")
        let second = Hash.sha1.authentication(of: "what do ya want for nothing?".utf8, key: "Jefe".utf8)
        #expect(Hex.encode(second) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    }

    @Test func anEmptyKeyIsTheEmptyKeyAndNotTheOneBefore() {
        _ = Hash.sha256.authentication(of: "a".utf8, key: "secret".utf8)
        #expect(
            Hex.encode(Hash.sha256.authentication(of: "".utf8, key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func bytesThatDoNotLieInARowAreTheSame() {
        #expect(Hash.sha256.digest(of: (0..<200).lazy.map { UInt8($0) }) == Hash.sha256.digest(of: Array(0..<200)))
        #expect(Hash.sha256.digest(of: Array("xabcx".utf8)[1..<4]) == Hash.sha256.digest(of: "abc".utf8))
    }

    @Test func comparisonInConstantTimeIsStillAComparison() {
        #expect(constantTimeEqual("secret".utf8, "secret".utf8))
        #expect(constantTimeEqual([UInt8](), []))
        #expect(!constantTimeEqual("secret".utf8, "secreT".utf8))
        #expect(!constantTimeEqual("Secret".utf8, "secret".utf8))
        #expect(!constantTimeEqual("secret".utf8, "secrets".utf8))
        #expect(!constantTimeEqual("".utf8, "s".utf8))
    }
}
