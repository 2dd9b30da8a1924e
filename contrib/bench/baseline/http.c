#include "baseline.h"

#include <microhttpd.h>
#include <string.h>

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *bytes, size_t *count, void **request) {
    (void)context, (void)url, (void)method, (void)version, (void)bytes, (void)count;
    static int seen;
    // First the head alone, as the agent takes it.
    if (!*request) {
        *request = &seen;
        return MHD_YES;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(3, (void *)"ok\n", MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

struct MHD_Daemon *http_start(unsigned short *port) {
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_END);
    if (!daemon) FAIL("the server could not be started");
    *port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return daemon;
}

// count: seconds; words: how many connections
double http(long count, char **words) {
    unsigned short port;
    struct MHD_Daemon *daemon = http_start(&port);
    char line[512];
    snprintf(line, sizeof line, "wrk -t1 -c%s -d%lds 'http://127.0.0.1:%u/v1/deploys?limit=10'", words[0], count, port);
    FILE *report = popen(line, "r");
    double rate = 0;
    while (report && fgets(line, sizeof line, report)) {
        sscanf(line, "Requests/sec: %lf", &rate);
        if (strstr(line, "Socket errors") || strstr(line, "Non-2xx")) FAIL("wrk: %s", line);
    }
    if (!report || pclose(report) != 0 || rate <= 0) FAIL("wrk failed");
    MHD_stop_daemon(daemon);
    return 1e6 / rate;
}
