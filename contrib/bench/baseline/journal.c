#include "baseline.h"

#include <sqlite3.h>

static void execute(sqlite3 *database, const char *sql) {
    if (sqlite3_exec(database, sql, NULL, NULL, NULL)) FAIL("%s: %s", sql, sqlite3_errmsg(database));
}

// The agent's own file, so that tables and indexes are the same, whatever they are.
sqlite3 *journal_open(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s/grapnel.db", directory);
    sqlite3 *database;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)) FAIL("%s", path);
    execute(database, "PRAGMA journal_mode = WAL");
    execute(database, "PRAGMA synchronous = FULL");
    execute(database, "PRAGMA cache_size = -1024");
    return database;
}

void journal_write(sqlite3 *database, long count, long batch) {
    sqlite3_stmt *insert;
    const char *sql = "INSERT INTO entries (deploy, phase, step, kind, data, at) VALUES (?, ?, ?, ?, ?, ?)";
    if (sqlite3_prepare_v2(database, sql, -1, &insert, NULL)) FAIL("%s", sqlite3_errmsg(database));
    const char *values[] = {"bench0", "up", "run", "intent", "{\"script\":\"run\"}"};
    for (long i = 0; i < count; i++) {
        if (i % batch == 0) execute(database, "BEGIN IMMEDIATE");
        for (int value = 0; value < 5; value++) sqlite3_bind_text(insert, value + 1, values[value], -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 6, 1800000000000000 + i);
        if (sqlite3_step(insert) != SQLITE_DONE) FAIL("%s", sqlite3_errmsg(database));
        sqlite3_reset(insert);
        if (i % batch == batch - 1 || i == count - 1) execute(database, "COMMIT");
    }
    sqlite3_finalize(insert);
}

// Until its log has grown to where SQLite begins to write it over from the start: while a file grows, a commit may cost
// ten times as much.
void journal_warm(sqlite3 *database) { journal_write(database, 500, 1); }

// words: how many inserts to a commit, and the directory
double journal(long count, char **words) {
    sqlite3 *database = journal_open(words[1]);
    journal_warm(database);
    double start = now();
    journal_write(database, count, atol(words[0]));
    double each = (now() - start) / (double)count;
    sqlite3_close(database);
    return each;
}
