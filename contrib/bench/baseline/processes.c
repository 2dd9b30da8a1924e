#define _GNU_SOURCE
#include "baseline.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

void run_program(const char *path, const char *argument) {
    pid_t pid;
    char *const arguments[] = {(char *)path, (char *)argument, NULL};
    char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    int error = posix_spawn(&pid, path, NULL, NULL, arguments, environment);
    if (error) FAIL("%s: error %d", path, error);
    struct pollfd handle = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    while (poll(&handle, 1, -1) < 0 && errno == EINTR) {}
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 0) FAIL("%s: status %d", path, status);
    close(handle.fd);
}

static void *run_share(void *share) {
    for (long i = 0; i < *(long *)share; i++) run_program("/bin/true", NULL);
    return NULL;
}

// words: how many at once
double processes(long count, char **words) {
    long at_once = atol(words[0]), share = count / at_once;
    pthread_t threads[at_once];
    double start = now();
    for (long i = 0; i < at_once; i++)
        if (pthread_create(&threads[i], NULL, run_share, &share)) FAIL("no thread");
    for (long i = 0; i < at_once; i++) pthread_join(threads[i], NULL);
    return (now() - start) / (double)(share * at_once);
}

// words: the home
double executable(long count, char **words) {
    char path[4096];
    snprintf(path, sizeof path, "%s/hooks/post-up.d/10-bench", words[0]);
    double start = now();
    for (long i = 0; i < count; i++) run_program(path, "post-up");
    return (now() - start) / (double)count;
}
