#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include "include/files.h"

int grapnel_exchange_files(const char *one, const char *other) {
    return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) == 0 ? 0 : errno;
}

static int copy_attribute(int from, int to, const char *name) {
    ssize_t size = fgetxattr(from, name, NULL, 0);
    if (size < 0) return errno == ENODATA ? 0 : errno;
    char *value = malloc(size > 0 ? (size_t)size : 1);
    if (value == NULL) return ENOMEM;
    size = fgetxattr(from, name, value, (size_t)size);
    int result = size < 0 || fsetxattr(to, name, value, (size_t)size, 0) != 0 ? errno : 0;
    free(value);
    // Labels of the kernel's own are its business, where it does not let us set them.
    int is_ours = strncmp(name, "user.", 5) == 0 || strncmp(name, "system.", 7) == 0;
    return is_ours ? result : 0;
}

int grapnel_copy_attributes(int from, int to) {
    ssize_t size = flistxattr(from, NULL, 0);
    if (size < 0) return errno == ENOTSUP ? 0 : errno;
    if (size == 0) return 0;
    char *names = malloc((size_t)size);
    if (names == NULL) return ENOMEM;
    int result = 0;
    size = flistxattr(from, names, (size_t)size);
    if (size < 0) result = errno;
    for (ssize_t at = 0; result == 0 && at < size; at += (ssize_t)strlen(names + at) + 1)
        result = copy_attribute(from, to, names + at);
    free(names);
    return result;
}
