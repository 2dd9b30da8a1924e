// libmicrohttpd is started and asked through variadic functions (MHD_start_daemon, MHD_get_connection_info), which
// Swift cannot call. The callbacks here say what they are for and need none of the library's types but its handle
// of a connection; the first pointer each gets is what an earlier one returned.
#ifndef GRAPNEL_MHD_H
#define GRAPNEL_MHD_H

#include <stddef.h>
#include <sys/socket.h>

struct MHD_Connection;

struct grapnel_mhd_settings {
    /// Bound and listening; it stays the caller's, to be closed after the stop.
    int listening_socket;
    unsigned maximum_connections;
    /// From one IP address; 0 for no limit.
    unsigned maximum_per_address;
    /// Seconds without any progress after which a connection is closed.
    unsigned idle_seconds;
    /// For the head of a request and for what is sent and received.
    size_t connection_memory;

    void *server;
    void *(*connection_began)(void *server, int socket, const struct sockaddr *address);
    /// The socket is still open, and is closed right after.
    void (*connection_ended)(void *connection);
    /// The request line has come; nothing of the target is decoded yet.
    void *(*request_began)(void *connection, const char *target, struct MHD_Connection *handle);
    /// Called once when the head is complete and once when the body is, with null bytes; in between with parts of
    /// the body. 0 closes the connection.
    int (*request_continued)(void *request, const char *method, const char *bytes, size_t count);
    /// Answered or not; the handle may not be used any more.
    void (*request_ended)(void *request);
};

struct grapnel_mhd;

/// Null with errno set when the daemon cannot be started.
struct grapnel_mhd *grapnel_mhd_start(const struct grapnel_mhd_settings *settings);
/// No connection is accepted from here on.
void grapnel_mhd_quiesce(struct grapnel_mhd *server);
/// Blocks until the daemon's thread has ended. No connection may be suspended.
void grapnel_mhd_stop(struct grapnel_mhd *server);

/// Bytes of the request's head, its last empty line included.
size_t grapnel_mhd_head_size(struct MHD_Connection *handle);

#endif
