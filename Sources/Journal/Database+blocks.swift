import Lifecycle
import Model
import SQLite

extension Database {
    func save(_ block: Block) throws(Problem) {
        try execute(
            """
            INSERT OR REPLACE INTO blocks (service, identity, release, reason, since, expires, deploy)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(block.service), .text(block.release.identity), SQLValue(block.release), .text(block.reason),
                SQLValue(block.since), SQLValue(block.expires), .text(block.deploy.text),
            ])
    }

    func blocks(service: String?) throws(Problem) -> [Block] {
        guard let service else {
            return try query("SELECT * FROM blocks ORDER BY service, since") { row throws(Problem) in try row.block() }
        }
        return try query("SELECT * FROM blocks WHERE service = ? ORDER BY since", [.text(service)]) {
            row throws(Problem) in try row.block()
        }
    }

    func unblock(service: String, identity: String?) throws(Problem) -> [Block] {
        let removed = try blocks(service: service).filter { identity == nil || $0.release.identity == identity }
        for block in removed {
            try execute(
                "DELETE FROM blocks WHERE service = ? AND identity = ?",
                [.text(block.service), .text(block.release.identity)])
        }
        return removed
    }

    func forgetBlocks(of service: String) throws(Problem) {
        try execute("DELETE FROM blocks WHERE service = ?", [.text(service)])
    }

    func forgetExpiredBlocks(at moment: Timestamp) throws(Problem) {
        try execute("DELETE FROM blocks WHERE expires <= ?", [SQLValue(moment)])
    }
}
