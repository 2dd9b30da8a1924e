import Crypto
import Testing

@Suite struct RandomTests {
    @Test func bytesAreAsManyAsAskedForAndDiffer() throws {
        #expect(try Random.bytes(0) == [])
        #expect(try Random.bytes(33).count == 33)
        #expect(try Random.bytes(32) != Random.bytes(32))
        // 256 values 4,096 times over: one that is missing would be a chance of one in e^3,800.
        #expect(Set(try Random.bytes(1_048_576)).count == 256)
    }

    @Test func aTokenHasItsLengthAndOnlyLettersOfItsAlphabet() throws {
        #expect(try Random.token(length: 0) == "")
        let token = try Random.token(length: 40)
        #expect(token.count == 40)
        #expect(token.allSatisfy { Random.alphanumeric.contains($0) })
        #expect(try Random.token(length: 40) != token)
    }

    @Test func everyLetterIsAsLikelyAsAnyOther() throws {
        // 100 letters: taking the remainder alone would make the first 56 half as likely again as the others.
        let alphabet = String(decoding: UInt8(20)..<120, as: UTF8.self)
        let token = try Random.token(length: 1_000_000, alphabet: alphabet)
        var counts = [Int](repeating: 0, count: 128)
        for letter in token.utf8 { counts[Int(letter)] += 1 }
        // 10,000 each with a deviation of 100: ten of those happen to nobody.
        #expect(counts[20..<120].allSatisfy { 9_000...11_000 ~= $0 })
    }
}
