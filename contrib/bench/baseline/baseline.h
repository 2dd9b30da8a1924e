// What the same work costs in plain C: each takes the words behind its name and answers microseconds for each time.
#include <stdio.h>
#include <stdlib.h>

double processes(long count, char **words);
double lua(long count, char **words);
double executable(long count, char **words);
double journal(long count, char **words);
double http(long count, char **words);
double deploys(long count, char **words);
double ready(long count, char **words);
double tags(long count, char **words);

double now(void);
void run_program(const char *path, const char *argument);
struct sqlite3 *journal_open(const char *directory);
void journal_write(struct sqlite3 *database, long count, long batch);
void journal_warm(struct sqlite3 *database);
struct MHD_Daemon *http_start(unsigned short *port);

#define FAIL(...) (fprintf(stderr, "baseline: " __VA_ARGS__), fputc('\n', stderr), exit(1))
