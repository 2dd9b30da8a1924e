#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

// The thread sanitizer takes every clone for a fork, and fails in a child that shares its memory.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SHARE_MEMORY 0
#endif
#endif
#ifndef SHARE_MEMORY
#define SHARE_MEMORY CLONE_VM
#endif

// 32-bit machines keep the calls with 16-bit ids under the plain names.
#ifdef SYS_setgroups32
#define CALL_SETGROUPS SYS_setgroups32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETRESUID SYS_setresuid32
#else
#define CALL_SETGROUPS SYS_setgroups
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETRESUID SYS_setresuid
#endif

// What parent and child share; the child's stack is the rest of the mapping and grows down towards it.
struct shared {
    const struct grapnel_start *start;
    enum grapnel_step step;
    int error;
};

static const size_t SHARED_SIZE = 64 * 1024;

static void fail(struct shared *shared, enum grapnel_step step, int error) {
    shared->step = step;
    shared->error = error;
    _exit(127);
}

static void use_descriptors(struct shared *shared) {
    int descriptors[3] = {shared->start->input, shared->start->output, shared->start->errors};
    // An agent that was started with 0, 1 or 2 closed gets its pipes there: move them out of the way first.
    for (int i = 0; i < 3; i++)
        if (descriptors[i] < 3 && (descriptors[i] = fcntl(descriptors[i], F_DUPFD, 3)) < 0)
            fail(shared, GRAPNEL_STEP_DESCRIPTORS, errno);
    for (int i = 0; i < 3; i++)
        if (dup2(descriptors[i], i) < 0) fail(shared, GRAPNEL_STEP_DESCRIPTORS, errno);
    closefrom(3);
}

static void become_user(struct shared *shared) {
    const struct grapnel_start *start = shared->start;
    // The plain system calls: libc's functions would also try to change the parent's other threads.
    if (syscall(CALL_SETGROUPS, start->group_count, start->groups) != 0
        || syscall(CALL_SETRESGID, start->group, start->group, start->group) != 0
        || syscall(CALL_SETRESUID, start->user, start->user, start->user) != 0)
        fail(shared, GRAPNEL_STEP_USER, errno);
}

static void execute(struct shared *shared) {
    const struct grapnel_start *start = shared->start;
    int error = ENOENT;
    for (char *const *path = start->candidates; *path; path++) {
        execve(*path, start->arguments, start->environment);
        switch (errno) {
        case EACCES:
            error = EACCES;
            break;
        case ENOENT:
            if (access(*path, F_OK) == 0) fail(shared, GRAPNEL_STEP_INTERPRETER, ENOENT);
            break;
        case ENOTDIR:
        case ESTALE:
        case ENODEV:
        case ETIMEDOUT:
            break;
        default:
            fail(shared, GRAPNEL_STEP_EXECUTE, errno);
        }
    }
    fail(shared, GRAPNEL_STEP_EXECUTE, error);
}

// Runs in the child, with the parent's memory or a copy of it, while all other threads of the parent go on: only
// system calls from here on, no allocation and no locks.
static int child(void *argument) {
    struct shared *shared = argument;
    // A session, not only a group: it leaves the terminal behind, so that a program that wants to ask for a
    // password fails at once instead of being stopped; and a session's leader cannot move to another group.
    if (setsid() < 0) fail(shared, GRAPNEL_STEP_SESSION, errno);
    // The plain call: libc's refuses the two signals that it keeps for itself, which may have been inherited as
    // ignored. Zeros mean the default, no flags and an empty mask, whatever the layout; there are 64 signals.
    static const char standard[128];
    for (int signal = 1; signal <= 64; signal++) syscall(SYS_rt_sigaction, signal, standard, NULL, 64 / 8);
    use_descriptors(shared);
    if (shared->start->change_user) become_user(shared);
    // After the user, so that it is the user who must be allowed to be there.
    if (shared->start->directory && chdir(shared->start->directory) != 0)
        fail(shared, GRAPNEL_STEP_DIRECTORY, errno);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execute(shared);
    return 127;
}

struct grapnel_started grapnel_process_start(const struct grapnel_start *start) {
    struct grapnel_started started = {.pid = -1, .pidfd = -1};
    // One per starting thread, kept: those threads are few and live as long as the process.
    static _Thread_local struct shared *shared;
    if (!shared) {
        void *mapping = mmap(NULL, SHARED_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (mapping == MAP_FAILED) {
            started.error = errno;
            return started;
        }
        shared = mapping;
    }
    *shared = (struct shared){.start = start};

    // CLONE_VFORK: this thread stands still until the child has executed its program or ended. CLONE_VM: nothing is
    // copied. A child that changes its user gets a copy, though: while it shares memory with root it must not
    // belong to somebody who may stop or trace it, and changing ids would mark the shared memory undumpable.
    int flags = CLONE_VFORK | CLONE_PIDFD | SIGCHLD | (start->change_user ? 0 : SHARE_MEMORY);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started.pid = clone(child, (char *)shared + SHARED_SIZE, flags, shared, &started.pidfd);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);

    if (started.pid < 0) {
        started.error = error;
        return started;
    }
    if (shared->error != 0) {
        while (waitpid(started.pid, NULL, 0) < 0 && errno == EINTR) {}
        close(started.pidfd);
        started = (struct grapnel_started){.pid = -1, .pidfd = -1, .step = shared->step, .error = shared->error};
    }
    return started;
}

int grapnel_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int grapnel_memory_file(const void *bytes, size_t count) {
    // Systems may forbid files in memory that can be executed; kernels before 6.3 do not know the flag.
    int file = memfd_create("input", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (file < 0 && errno == EINVAL) file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0) return -1;
    for (size_t offset = 0; offset < count;) {
        ssize_t written = pwrite(file, (const char *)bytes + offset, count - offset, (off_t)offset);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            int error = errno;
            close(file);
            errno = error;
            return -1;
        }
        offset += (size_t)written;
    }
    return file;
}

int grapnel_pidfd_open(pid_t pid) { return pidfd_open(pid, 0); }

int grapnel_pidfd_signal(int pidfd, int signal) { return pidfd_send_signal(pidfd, signal, NULL, 0); }
