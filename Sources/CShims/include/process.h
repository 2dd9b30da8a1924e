// Starting a program, and the process calls that Swift cannot make.
//
// Swift must not run between clone and exec (its runtime allocates and takes locks), and pidfd_*, pipe2,
// memfd_create, eventfd and epoll are GNU or Linux extensions that its Glibc module leaves out.
//
// Why not posix_spawn: it cannot change the user, and it reports a missing directory, a missing program and a
// missing #! interpreter as the same ENOENT. Why not setpriv(1) in front of the program: when the program then
// cannot be executed, setpriv exits with 127, which is indistinguishable from a program that did so itself.
#ifndef GRAPNEL_PROCESS_H
#define GRAPNEL_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

struct grapnel_start {
    // Paths to try, in order, as execvp would; ends with NULL.
    char *const *candidates;
    char *const *arguments;
    char *const *environment;
    // NULL: stay where the caller is.
    const char *directory;
    int input, output, errors;
    bool change_user;
    uid_t user;
    gid_t group;
    const gid_t *groups;
    size_t group_count;
};

enum grapnel_step {
    GRAPNEL_STEP_CLONE,
    GRAPNEL_STEP_SESSION,
    GRAPNEL_STEP_DESCRIPTORS,
    GRAPNEL_STEP_USER,
    GRAPNEL_STEP_DIRECTORY,
    GRAPNEL_STEP_EXECUTE,
    // The file is there, but what its #! line (or its ELF header) names is not.
    GRAPNEL_STEP_INTERPRETER,
};

struct grapnel_started {
    pid_t pid;
    int pidfd;
    // Where it failed, when `error` is not 0.
    enum grapnel_step step;
    int error;
};

// Returns once the program has been executed, or has failed to be. The child leads a session and a process group
// of its own, has default signals, an empty mask, and no descriptors but 0, 1 and 2.
struct grapnel_started grapnel_process_start(const struct grapnel_start *start);

// A pipe that no child inherits by accident.
int grapnel_pipe(int ends[2]);

// An unnamed file in memory that holds the bytes, at offset 0; -1 and errno on failure.
int grapnel_memory_file(const void *bytes, size_t count);

int grapnel_pidfd_open(pid_t pid);
int grapnel_pidfd_signal(int pidfd, int signal);

#endif
