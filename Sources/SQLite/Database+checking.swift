package import Model

extension Database {
    /// Structure only: every page is reached once and every row is in order. Empty when all is well, else at
    /// most 20 findings.
    package func quickCheck() throws(Problem) -> [String] { try findings(of: "PRAGMA quick_check(20)") }

    /// As `quickCheck`, and every index is held against its table.
    package func integrityCheck() throws(Problem) -> [String] { try findings(of: "PRAGMA integrity_check(20)") }

    private func findings(of check: String) throws(Problem) -> [String] {
        do {
            let lines = try query(check) { row throws(Problem) in try row.value(at: 0) }
            return lines.compactMap { if case .text(let line) = $0, line != "ok" { line } else { nil } }
        } catch  where error.code == .corrupt {
            // Damage that stops the check itself is a finding too.
            return [error.message]
        }
    }
}
