// Runs a program and says in a file what it took: milliseconds, milliseconds of processors, KiB resident at most.
//   rusage FILE PROGRAM [WORD...]
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int count, char **words) {
    pid_t child;
    int status;
    struct rusage usage;
    if (count < 3) return fprintf(stderr, "expected a file and a program\n"), 2;
    double start = milliseconds();
    if (posix_spawnp(&child, words[2], NULL, NULL, words + 2, environ) != 0) return perror(words[2]), 2;
    if (wait4(child, &status, 0, &usage) < 0) return perror("wait4"), 2;
    double end = milliseconds();
    FILE *file = fopen(words[1], "w");
    if (!file) return perror(words[1]), 2;
    fprintf(file, "%.0f %.0f %ld\n", end - start,
            (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3,
            usage.ru_maxrss);
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
