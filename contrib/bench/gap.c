// How long nobody answers on a port: asks a thousand times a second until its standard input ends, and prints the
// longest time between two good answers, in milliseconds.
//   gap PORT
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

// Whether the server answers with status 200 within 50 ms.
static int answers(const struct sockaddr_in *address) {
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    char answer[64];
    ssize_t count = -1;
    struct timeval patience = {0, 50000};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return 0;
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(connection, (const struct sockaddr *)address, sizeof *address) == 0
        && send(connection, request, sizeof request - 1, MSG_NOSIGNAL) > 0)
        count = recv(connection, answer, sizeof answer - 1, 0);
    close(connection);
    if (count < 12) return 0;
    answer[count] = 0;
    return strstr(answer, " 200 ") != NULL;
}

int main(int count, char **words) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct pollfd end = {.fd = 0, .events = POLLIN};
    double last = 0, longest = 0;
    if (count != 2) return 2;
    address.sin_port = htons(atoi(words[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (poll(&end, 1, 1) == 0) {
        if (!answers(&address)) continue;
        double moment = now();
        if (last > 0 && moment - last > longest) longest = moment - last;
        last = moment;
    }
    printf("%.0f\n", longest);
    return 0;
}
