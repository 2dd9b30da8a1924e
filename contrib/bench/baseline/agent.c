#include "baseline.h"

#include <lauxlib.h>
#include <microhttpd.h>
#include <sqlite3.h>
#include <unistd.h>

// How often a deploy of a script writes to the journal, each time before it goes on.
static const long WRITES = 14;

// The script and the commits, and nothing else.
// words: the directory of a journal
double deploys(long count, char **words) {
    sqlite3 *database = journal_open(words[0]);
    journal_warm(database);
    double start = now();
    for (long i = 0; i < count; i++) {
        journal_write(database, WRITES, 1);
        run_program("/bin/true", NULL);
    }
    double each = (now() - start) / (double)count;
    sqlite3_close(database);
    return each;
}

// Says that it runs once it has the agent's libraries, a commit on the disk and an open port.
// words: the directory of a journal
double ready(long count, char **words) {
    sqlite3 *database = journal_open(words[0]);
    journal_write(database, count, 1);
    unsigned short port;
    http_start(&port);
    fprintf(stderr, "baseline runs on %u\n", port);
    pause();
    return 0;
}
