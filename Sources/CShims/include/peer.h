// SO_PEERCRED answers with a struct ucred, which glibc shows only to GNU sources.
#ifndef GRAPNEL_PEER_H
#define GRAPNEL_PEER_H

#include <sys/types.h>

/// Who connected a unix socket; false when that cannot be told.
_Bool grapnel_peer_credentials(int socket, uid_t *user, gid_t *group, pid_t *process);

#endif
