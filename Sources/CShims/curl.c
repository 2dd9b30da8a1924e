// The macros that check argument types at compile time cannot see through a parameter.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include "include/curl.h"

int grapnel_curl_set_long(void *easy, unsigned option, long value) {
    return curl_easy_setopt(easy, (CURLoption)option, value);
}

int grapnel_curl_set_int64(void *easy, unsigned option, int64_t value) {
    return curl_easy_setopt(easy, (CURLoption)option, (curl_off_t)value);
}

int grapnel_curl_set_string(void *easy, unsigned option, const char *value) {
    return curl_easy_setopt(easy, (CURLoption)option, value);
}

int grapnel_curl_set_pointer(void *easy, unsigned option, void *value) {
    return curl_easy_setopt(easy, (CURLoption)option, value);
}

int grapnel_curl_set_receiver(void *easy, unsigned option,
                              size_t (*function)(char *bytes, size_t size, size_t count, void *context)) {
    return curl_easy_setopt(easy, (CURLoption)option, function);
}

int grapnel_curl_set_opener(void *easy, int (*function)(void *context, int purpose, void *address)) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

int grapnel_curl_set_prerequest(void *easy, int (*function)(void *context, char *remote, char *local,
                                                            int remote_port, int local_port)) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

long grapnel_curl_get_long(void *easy, unsigned info) {
    long value = 0;
    curl_easy_getinfo(easy, (CURLINFO)info, &value);
    return value;
}

int64_t grapnel_curl_get_int64(void *easy, unsigned info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, (CURLINFO)info, &value);
    return value;
}

const char *grapnel_curl_get_string(void *easy, unsigned info) {
    const char *value = NULL;
    curl_easy_getinfo(easy, (CURLINFO)info, &value);
    return value;
}

int grapnel_curl_multi_set_long(void *multi, unsigned option, long value) {
    return curl_multi_setopt(multi, (CURLMoption)option, value);
}
