import Lifecycle
import Model
import SQLite

// From columns to values. What has to be readable and is not is `.corrupt`; a word that this version does
// not know is `.unsupported`, a newer one may have written it.
extension Row {
    func deployRecord() throws(Problem) -> DeployRecord {
        var record = DeployRecord(
            id: DeployID(try text("id")), service: try text("service"), driver: try word("driver"),
            trigger: Trigger(try word("cause"), by: try optionalText("caused_by")), wish: try wish(),
            accepted: try moment("accepted"), attempt: Int(try integer("attempt")),
            follows: try optionalText("follows").map { DeployID($0) }, notBefore: try optionalMoment("not_before"))
        record.started = try optionalMoment("started")
        record.finished = try optionalMoment("finished")
        record.phase = try optionalWord("phase")
        record.machine = try json("machine")
        record.from = try release("from_release")
        record.to = try release("to_release")
        record.outcome = try optionalWord("outcome")
        record.reason = try optionalText("reason")
        record.interruptions = Int(try integer("interruptions"))
        return record
    }

    func journalEntry() throws(Problem) -> JournalEntry {
        JournalEntry(
            phase: try word("phase"), step: try text("step"), kind: try word("kind"), data: try json("data"),
            at: try moment("at"))
    }

    func serviceState() throws(Problem) -> ServiceState {
        var state = ServiceState(name: try text("name"))
        state.current = try release("current")
        state.currentSince = try optionalMoment("current_since")
        state.previous = try release("previous")
        state.hold = try mark("hold")
        state.pause = try mark("pause")
        state.available = try optionalText("available")
        return state
    }

    func block() throws(Problem) -> Block {
        guard let release = try release("release") else { throw unreadable("release") }
        return Block(
            service: try text("service"), release: release, reason: try text("reason"), since: try moment("since"),
            expires: try optionalMoment("expires"), deploy: DeployID(try text("deploy")))
    }

    func event() throws(Problem) -> Event {
        Event(
            at: try moment("at"), kind: try word("kind"), service: try optionalText("service"),
            deploy: try optionalText("deploy").map { DeployID($0) }, message: try text("message"),
            from: try release("from_release"), to: try release("to_release"))
    }

    func mark(_ column: String) throws(Problem) -> ServiceState.Mark? {
        guard let json = try optionalJSON(column), !json.isNull else { return nil }
        guard let mark = ServiceState.Mark(json: json) else { throw unreadable(column) }
        return mark
    }

    func json(_ column: String) throws(Problem) -> JSON {
        guard let json = try optionalJSON(column) else { throw unreadable(column) }
        return json
    }

    private func optionalJSON(_ column: String) throws(Problem) -> JSON? {
        guard let text = try optionalText(column) else { return nil }
        do throws(Problem) {
            // Deeper than what comes from outside: the journal puts it into objects of its own.
            return try JSON(parsing: text, maximumDepth: 256)
        } catch {
            throw unreadable(column)
        }
    }

    private func wish() throws(Problem) -> Wish {
        guard let wish = Wish(json: try json("wish")) else { throw unreadable("wish") }
        return wish
    }

    func release(_ column: String) throws(Problem) -> Release? {
        guard let json = try optionalJSON(column) else { return nil }
        guard let release = Release(json: json) else { throw unreadable(column) }
        return release
    }

    private func moment(_ column: String) throws(Problem) -> Timestamp {
        Timestamp(microseconds: try integer(column))
    }

    private func optionalMoment(_ column: String) throws(Problem) -> Timestamp? {
        try optionalInteger(column).map { Timestamp(microseconds: $0) }
    }

    private func word<Word: RawRepresentable<String>>(_ column: String) throws(Problem) -> Word {
        guard let word: Word = try optionalWord(column) else { throw unreadable(column) }
        return word
    }

    private func optionalWord<Word: RawRepresentable<String>>(_ column: String) throws(Problem) -> Word? {
        guard let text = try optionalText(column) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw Problem(.unsupported, "journal: \"\(text)\" is not a \(column) that this version of grapnel knows")
        }
        return word
    }

    private func unreadable(_ column: String) -> Problem {
        Problem(.corrupt, "journal: the column \"\(column)\" cannot be read")
    }
}
