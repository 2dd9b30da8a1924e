/// Several at a time: most of each is waiting for the engine.
package func concurrently<Item: Sendable>(
    _ items: [Item], most: Int = 6, _ work: @escaping @Sendable (Item) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, item) in items.enumerated() {
            if number >= most { try await group.next() }
            group.addTask { try await work(item) }
        }
        try await group.waitForAll()
    }
}
