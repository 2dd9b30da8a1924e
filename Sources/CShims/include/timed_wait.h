// Waiting for a semaphore by the monotonic clock: sem_clockwait is GNU's own, and hidden from Swift. sem_timedwait
// goes by the wall clock, which jumps.
#ifndef GRAPNEL_TIMED_WAIT_H
#define GRAPNEL_TIMED_WAIT_H

#include <stdbool.h>
#include <stdint.h>

// Of a sem_t; false when nobody posted for so long. The type is not named, because a header of ours that includes
// the system's would take its types away from the module Glibc.
bool grapnel_timed_wait(void *semaphore, int64_t nanoseconds);

#endif
