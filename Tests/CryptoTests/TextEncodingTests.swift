import Crypto
import Testing

@Suite struct TextEncodingTests {
    // RFC 4648, section 10
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func base64OfRFC4648(plain: String, encoded: String) {
        #expect(Base64.standard.encode(plain.utf8) == encoded)
        #expect(Base64.standard.decode(encoded) == Array(plain.utf8))
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(Base64.urlSafe.encode(plain.utf8) == unpadded)
        #expect(Base64.urlSafe.decode(unpadded) == Array(plain.utf8))
        #expect(Base64.urlSafe.decode(encoded) == Array(plain.utf8))
    }

    @Test func theTwoAlphabetsDifferInTwoCharacters() {
        let bytes: [UInt8] = [0xfb, 0xef, 0xff]
        #expect(Base64.standard.encode(bytes) == "++//")
        #expect(Base64.urlSafe.encode(bytes) == "--__")
        #expect(Base64.standard.decode("++//") == bytes)
        #expect(Base64.urlSafe.decode("--__") == bytes)
        #expect(Base64.standard.decode("--__") == nil)
        #expect(Base64.urlSafe.decode("++//") == nil)
    }

    @Test func everyLengthAndByteComesBack() {
        for length in 0...258 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ length) }
            #expect(Base64.standard.decode(Base64.standard.encode(bytes)) == bytes)
            #expect(Base64.urlSafe.decode(Base64.urlSafe.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zm8", "Zm8==",  // padding that is missing or too much
        "Z", "Z===", "Zm9vZ", "=", "====", "Zm9v====",  // no byte has one digit
        "Zg==Zg==", "Z=g=", "=Zg=",  // padding in the middle
        "Zm 9v", "Zm9v\n", " Zm9v", "Zm9\0", "Zm9é",  // not in the alphabet
        "Zh==", "Zm9=", "//==",  // bits set that carry nothing
    ])
    func whatIsNotBase64IsRefused(_ text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Zh", "Zm9", "Zm8==", "Zm.v", "Zm9v\n", "Zm+v"])
    func whatIsNotURLSafeBase64IsRefused(_ text: String) {
        #expect(Base64.urlSafe.decode(text) == nil)
    }

    @Test func hexIsWrittenInLowerCaseAndReadInBoth() {
        #expect(Hex.encode([0, 1, 0x7f, 0xab, 0xff]) == "00017fabff")
        #expect(Hex.decode("00017fABfF") == [0, 1, 0x7f, 0xab, 0xff])
        #expect(Hex.decode("") == [])
    }

    @Test(arguments: ["0", "0g", "g0", "0x", " 0", "00 ", "é"])
    func whatIsNotHexIsRefused(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }
}
