import Lifecycle
import TestKit
import Testing

@testable import grapnel

struct PullPictureTests {
    private let layers = [
        LayerProgress("a3173f208c53", .downloading, done: 12_300_000, total: 33_600_000),
        LayerProgress("0798b81eea9d", .extracting, done: 8_391_315, total: 8_391_315),
        LayerProgress("91cea5f2ebe1", .done, done: 1_064_344, total: 1_064_344),
        LayerProgress("d4518b0fd83d", .present), LayerProgress("329258a918b7", .waiting),
    ]

    private func picture(_ layers: [LayerProgress]) -> PullPicture {
        var picture = PullPicture()
        for layer in layers { picture.note(layer) }
        return picture
    }

    private func lines(_ columns: Int, _ rows: Int = 24) -> [String] {
        picture(layers).lines(LiveBlock.Size(columns: columns, rows: rows))
    }

    @Test func `a wide screen has a bar for each layer that something is done with, and how far the whole is`() {
        #expect(
            lines(80) == [
                "  a3173f208c53 downloading [==========>                   ]     12.3 MB/33.6 MB",
                "  0798b81eea9d extracting  [==============================]       8.4 MB/8.4 MB",
                "  pull 21.8 MB, 2 of 5 layers",
            ])
        #expect(lines(200)[0].count == 2 + 12 + 1 + 11 + 4 + 40 + 19)
    }

    @Test func `a narrow screen has a share in the place of a bar, and a very narrow one only the whole`() {
        #expect(
            lines(50) == [
                "  a3173f208c53 downloading  36 %", "  0798b81eea9d extracting  100 %", "  pull 21.8 MB, 2 of 5 layers",
            ])
        #expect(lines(33).count == 3)
        #expect(lines(30) == ["  pull 21.8 MB, 2 of 5 layers"])
        #expect(lines(12) == ["  pull 21.8"])
        #expect(lines(1) == [" "])
    }

    @Test(arguments: 1...120) func `no line reaches the last column`(columns: Int) {
        for line in lines(columns) { #expect(line.count <= max(1, columns - 1)) }
    }

    @Test func `never more lines than the screen has, and a few at most`() {
        let many = picture((0..<40).map { LayerProgress("layer-\($0)", .downloading, done: 1, total: 2) })
        let tall = many.lines(LiveBlock.Size(columns: 80, rows: 50))
        #expect(tall.count == 7)
        #expect(tall[5] == "  and 35 more")
        #expect(many.lines(LiveBlock.Size(columns: 80, rows: 5)).count == 4)
        #expect(many.lines(LiveBlock.Size(columns: 80, rows: 2)).count == 1)
    }

    @Test func `a share is only given of what is known`() {
        #expect(picture(Array(layers.dropLast())).whole == "50 %, 21.8 MB of 43.1 MB, 2 of 4 layers")
        #expect(picture(layers).whole == "21.8 MB, 2 of 5 layers")
        let unknown = picture([LayerProgress("a", .downloading, done: 5)])
        #expect(unknown.whole == "5 B, 0 of 1 layers")
        #expect(unknown.lines(LiveBlock.Size(columns: 80, rows: 24))[0] == "  a            downloading 5 B")
    }

    @Test func `in the end it says how much came, and what was here`() {
        func ended(_ count: Int, present: Int) -> String {
            picture(
                (0..<count).map { LayerProgress("new-\($0)", .done, done: 1_500_000, total: 1_500_000) }
                    + (0..<present).map { LayerProgress("old-\($0)", .present) }
            ).summary
        }
        #expect(ended(1, present: 0) == "1 layer, 1.5 MB")
        #expect(ended(2, present: 1) == "2 layers, 3.0 MB; 1 more was here")
        #expect(ended(0, present: 3) == "all 3 layers were here")
    }

    @Test func `what a registry calls its layers moves no cursor`() {
        let odd = picture([LayerProgress("\u{1B}[2Jäb", .downloading, done: 1, total: 2)])
        #expect(odd.lines(LiveBlock.Size(columns: 50, rows: 24))[0] == "  ?[2J?b       downloading  50 %")
    }
}
