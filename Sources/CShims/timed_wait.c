#define _GNU_SOURCE
#include "timed_wait.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

bool grapnel_timed_wait(void *semaphore, int64_t nanoseconds) {
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    int64_t fraction = deadline.tv_nsec + nanoseconds % 1000000000;
    deadline.tv_sec += nanoseconds / 1000000000 + fraction / 1000000000;
    deadline.tv_nsec = fraction % 1000000000;
    while (sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline) != 0) {
        if (errno != EINTR) return false;
    }
    return true;
}
