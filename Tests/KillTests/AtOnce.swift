import Testing

/// A few at a time: every trial has agents and scripts of its own.
func atOnce<Point: Sendable>(
    _ points: [Point], _ trial: @escaping @Sendable (Point) async throws -> String?
) async throws {
    try await withThrowingTaskGroup(of: String?.self) { group in
        var rest = points[...]
        for _ in 0..<3 {
            if let point = rest.popFirst() { group.addTask { try await trial(point) } }
        }
        while let report = try await group.next() {
            if let report { Issue.record("\(report)") }
            if let point = rest.popFirst() { group.addTask { try await trial(point) } }
        }
    }
}
