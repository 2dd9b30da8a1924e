#define _GNU_SOURCE
#include <sys/socket.h>
#include "include/peer.h"

_Bool grapnel_peer_credentials(int socket, uid_t *user, gid_t *group, pid_t *process) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return 0;
    *user = credentials.uid;
    *group = credentials.gid;
    *process = credentials.pid;
    return 1;
}
