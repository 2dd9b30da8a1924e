#include <errno.h>
#include <stdlib.h>
#include <microhttpd.h>
#include "include/mhd.h"

struct grapnel_mhd {
    struct grapnel_mhd_settings settings;
    struct MHD_Daemon *daemon;
};

static void *connection_context(struct MHD_Connection *handle) {
    return MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void connection_notified(void *context, struct MHD_Connection *handle, void **connection,
                                enum MHD_ConnectionNotificationCode code) {
    const struct grapnel_mhd_settings *settings = &((struct grapnel_mhd *)context)->settings;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *connection = settings->connection_began(
            settings->server, MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
            MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    } else if (*connection) {
        settings->connection_ended(*connection);
        *connection = NULL;
    }
}

static void *request_began(void *context, const char *target, struct MHD_Connection *handle) {
    const struct grapnel_mhd_settings *settings = &((struct grapnel_mhd *)context)->settings;
    return settings->request_began(connection_context(handle), target, handle);
}

static enum MHD_Result request_continued(void *context, struct MHD_Connection *handle, const char *url,
                                         const char *method, const char *version, const char *bytes, size_t *count,
                                         void **request) {
    const struct grapnel_mhd_settings *settings = &((struct grapnel_mhd *)context)->settings;
    (void)handle, (void)url, (void)version;
    if (!*request) return MHD_NO;
    if (!settings->request_continued(*request, method, *count ? bytes : NULL, *count)) return MHD_NO;
    *count = 0;
    return MHD_YES;
}

static void request_ended(void *context, struct MHD_Connection *handle, void **request,
                          enum MHD_RequestTerminationCode code) {
    const struct grapnel_mhd_settings *settings = &((struct grapnel_mhd *)context)->settings;
    (void)handle, (void)code;
    if (*request) settings->request_ended(*request);
    *request = NULL;
}

// The target is decoded by us, from the raw text: the library would leave bad escapes and NULs in it.
static size_t leave_escapes(void *context, struct MHD_Connection *handle, char *text) {
    (void)context, (void)handle;
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

struct grapnel_mhd *grapnel_mhd_start(const struct grapnel_mhd_settings *settings) {
    struct grapnel_mhd *server = calloc(1, sizeof *server);
    if (!server) return NULL;
    server->settings = *settings;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, request_continued, server,
        MHD_OPTION_LISTEN_SOCKET, settings->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, settings->maximum_connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->maximum_per_address,
        MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_CONNECTION, connection_notified, server,
        MHD_OPTION_NOTIFY_COMPLETED, request_ended, server,
        MHD_OPTION_URI_LOG_CALLBACK, request_began, server,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
        MHD_OPTION_END);
    if (!server->daemon) {
        int error = errno;
        free(server);
        errno = error;
        return NULL;
    }
    return server;
}

void grapnel_mhd_quiesce(struct grapnel_mhd *server) { MHD_quiesce_daemon(server->daemon); }

void grapnel_mhd_stop(struct grapnel_mhd *server) {
    MHD_stop_daemon(server->daemon);
    free(server);
}

size_t grapnel_mhd_head_size(struct MHD_Connection *handle) {
    return MHD_get_connection_info(handle, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
}
