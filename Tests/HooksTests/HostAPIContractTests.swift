import Files
import Hooks
import Model
import Testing

@Suite("The table agent")
struct HostAPIContractTests {
    /// A function as plugins/_meta/grapnel.lua declares it.
    private struct Declared: Hashable, CustomStringConvertible {
        let path: String
        let power: String?
        let points: String?

        var description: String { "\(path) [\(power ?? "")] [\(points ?? "")]" }
    }

    private var declared: Set<Declared> {
        get throws {
            let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let content = try FileContent.read("/\(root)/plugins/_meta/grapnel.lua", limit: 1 << 20)
            var found: Set<Declared> = []
            var power: String?
            var points: String?
            for line in String(decoding: content, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            {
                if let rest = line.dropping("---Needs \"", "\".") {
                    power = rest
                } else if let rest = line.dropping("---Only at ", ".") {
                    points = rest
                } else if line.hasPrefix("function agent.") {
                    let path = line.dropFirst("function agent.".count).prefix { $0 != "(" }
                    found.insert(Declared(path: String(path), power: power, points: points))
                }
                if !line.hasPrefix("---") { (power, points) = (nil, nil) }
            }
            return found
        }
    }

    @Test("the editors' description has the same functions, powers and hook points")
    func description() throws {
        let real = Set(
            HostAPI.functions.map {
                Declared(
                    path: $0.path, power: $0.power?.rawValue,
                    points: $0.points.map { $0.map(\.rawValue).joined(separator: ", ") })
            })
        let declared = try declared
        #expect(declared.subtracting(real) == [], "declared, and not there")
        #expect(real.subtracting(declared) == [], "there, and not declared")
        #expect(real.count == HostAPI.functions.count)
    }

    @Test("a power has to be declared", arguments: HostAPI.functions.filter { $0.power != nil }.map(\.path))
    func power(path: String) async throws {
        let function = try #require(HostAPI.functions.first { $0.path == path })
        var bench = HostAPIBench()
        bench.needs = []
        #expect(
            await bench.message("agent.\(path)('x')")
                == "test.lua:1: agent.\(path): this file does not declare it: add \"\(function.power!.rawValue)\" to needs"
        )
    }
}

extension Substring {
    fileprivate func dropping(_ prefix: String, _ suffix: String) -> String? {
        hasPrefix(prefix) && hasSuffix(suffix) ? String(dropFirst(prefix.count).dropLast(suffix.count)) : nil
    }
}
