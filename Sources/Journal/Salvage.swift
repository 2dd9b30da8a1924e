import Model
import SQLite

/// Reads what is still readable in a damaged journal into a sound one. What is in the damaged file is newer
/// than any backup: a table that can be read to its end replaces the backup's, of another the readable rows
/// are laid over it.
struct Salvage {
    let source: Database
    let target: Database

    func run() throws(Problem) -> [JournalRestoration.Saved] {
        try target.transaction { () throws(Problem) in
            let tables = try target.query(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            ) { row throws(Problem) in try row.text("name") }
            var result: [JournalRestoration.Saved] = []
            for table in tables { result.append(try save(table)) }
            return result
        }
    }

    private func save(_ table: String) throws(Problem) -> JournalRestoration.Saved {
        var saved = JournalRestoration.Saved(table: table)
        guard let columns = try? commonColumns(of: table), !columns.isEmpty else { return saved }
        let copy = TableCopy(table: table, columns: columns, source: source, target: target)
        if copy.isReadable {
            saved.isComplete = true
            try target.execute("DELETE FROM \(table)")
        }
        try copy.insertRows(descending: false)
        // From the other end: behind the damage there may be as much as before it.
        if !saved.isComplete { try copy.insertRows(descending: true) }
        try dropUnreadable(table)
        guard case .integer(let rows) = try target.queryValue("SELECT count(*) FROM \(table)") else { return saved }
        saved.rows = saved.isComplete ? Int(rows) : copy.inserted
        return saved
    }

    private func commonColumns(of table: String) throws(Problem) -> [String] {
        let list = "SELECT name FROM pragma_table_info(?)"
        let there = Set(try source.query(list, [.text(table)]) { row throws(Problem) in try row.text("name") })
        let wanted = try target.query(list, [.text(table)]) { row throws(Problem) in try row.text("name") }
        return wanted.filter(there.contains)
    }

    /// A row may have the right shape and still make no sense; it must not stop the agent at every start.
    private func dropUnreadable(_ table: String) throws(Problem) {
        let rows = try target.query("SELECT rowid AS number FROM \(table)") { row throws(Problem) in
            try row.integer("number")
        }
        for number in rows where !isReadable(table, number) {
            try target.execute("DELETE FROM \(table) WHERE rowid = ?", [.integer(number)])
        }
    }

    private func isReadable(_ table: String, _ number: Int64) -> Bool {
        do throws(Problem) {
            _ = try target.queryFirst("SELECT * FROM \(table) WHERE rowid = ?", [.integer(number)]) {
                row throws(Problem) in
                switch table {
                case "deploys": _ = try row.deployRecord()
                case "entries": _ = try row.journalEntry()
                case "services": _ = try row.serviceState()
                case "blocks": _ = try row.block()
                case "events": _ = try row.event()
                case "meta", "store": _ = try row.json("value")
                default: break
                }
            }
            return true
        } catch {
            return false
        }
    }
}

/// The rows of one table, from one database into another.
private final class TableCopy {
    private let table: String
    private let columns: [String]
    private let source: Database
    private let target: Database
    private(set) var inserted = 0

    init(table: String, columns: [String], source: Database, target: Database) {
        self.table = table
        self.columns = columns
        self.source = source
        self.target = target
    }

    private var list: String { columns.joined(separator: ", ") }

    /// Every value of every row can be read.
    var isReadable: Bool {
        do throws(Problem) {
            _ = try source.query("SELECT \(list) FROM \(table) NOT INDEXED") { row throws(Problem) in
                for index in columns.indices { _ = try row.value(at: index) }
            }
            return true
        } catch {
            return false
        }
    }

    /// As far as it goes. Throws only when the target cannot be written.
    func insertRows(descending: Bool) throws(Problem) {
        let order = descending ? "DESC" : "ASC"
        var failure: Problem?
        do throws(Problem) {
            _ = try source.query("SELECT \(list) FROM \(table) NOT INDEXED ORDER BY rowid \(order)") {
                row throws(Problem) in
                guard let values = values(of: row) else { return }
                do throws(Problem) {
                    try insert(values)
                } catch {
                    failure = error
                    throw error
                }
            }
        } catch {
            if let failure { throw failure }
        }
    }

    private func values(of row: borrowing Row) -> [SQLValue]? {
        var values: [SQLValue] = []
        for index in columns.indices {
            guard let value = try? row.value(at: index) else { return nil }
            values.append(value)
        }
        return values
    }

    private func insert(_ values: [SQLValue]) throws(Problem) {
        let places = values.map { _ in "?" }.joined(separator: ", ")
        do throws(Problem) {
            inserted += try target.execute(
                "INSERT OR REPLACE INTO \(table) (\(list)) VALUES (\(places))", values)
        } catch {
            // The schema does not let it in: the row is damaged.
            guard error.code == .failed else { throw error }
        }
    }
}
