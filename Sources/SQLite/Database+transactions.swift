import CSQLite
package import Model

extension Database {
    package var isInTransaction: Bool { handle.map { sqlite3_get_autocommit($0) == 0 } ?? false }

    /// Everything or nothing. Inside another transaction it is a savepoint of that one.
    package func transaction<Result>(_ body: () throws(Problem) -> Result) throws(Problem) -> Result {
        if isInTransaction { return try savepoint(body) }
        // Immediate: a transaction that begins by reading and then writes could fail half-way with "busy".
        try execute("BEGIN IMMEDIATE")
        return try finishing(body)
    }

    /// Several reads that see the same state.
    package func snapshot<Result>(_ body: () throws(Problem) -> Result) throws(Problem) -> Result {
        if isInTransaction { return try body() }
        try execute("BEGIN")
        return try finishing(body)
    }

    private func finishing<Result>(_ body: () throws(Problem) -> Result) throws(Problem) -> Result {
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    private func savepoint<Result>(_ body: () throws(Problem) -> Result) throws(Problem) -> Result {
        try execute("SAVEPOINT inner_work")
        do {
            let result = try body()
            try execute("RELEASE inner_work")
            return result
        } catch {
            // A full disk or a failed write may have ended the whole transaction already.
            if isInTransaction {
                try execute("ROLLBACK TO inner_work")
                try execute("RELEASE inner_work")
            }
            throw error
        }
    }

    private func rollBack() {
        guard isInTransaction else { return }
        // It fails only where the transaction is gone already.
        _ = try? execute("ROLLBACK")
    }
}
