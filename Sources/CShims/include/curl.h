// libcurl's options and results go through variadic functions (curl_easy_setopt, curl_easy_getinfo,
// curl_multi_setopt), which Swift cannot call. Each function here fixes one type of argument.
// Handles are void pointers, as in libcurl itself, so that this header needs none of its types.
#ifndef GRAPNEL_CURL_H
#define GRAPNEL_CURL_H

#include <stddef.h>
#include <stdint.h>

int grapnel_curl_set_long(void *easy, unsigned option, long value);
int grapnel_curl_set_int64(void *easy, unsigned option, int64_t value);
int grapnel_curl_set_string(void *easy, unsigned option, const char *value);
int grapnel_curl_set_pointer(void *easy, unsigned option, void *value);

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
int grapnel_curl_set_receiver(void *easy, unsigned option,
                              size_t (*function)(char *bytes, size_t size, size_t count, void *context));
/// For CURLOPT_OPENSOCKETFUNCTION; `address` is a struct curl_sockaddr.
int grapnel_curl_set_opener(void *easy, int (*function)(void *context, int purpose, void *address));
/// For CURLOPT_PREREQFUNCTION, which runs on a connection, new or reused, before the request is sent.
int grapnel_curl_set_prerequest(void *easy, int (*function)(void *context, char *remote, char *local,
                                                            int remote_port, int local_port));

long grapnel_curl_get_long(void *easy, unsigned info);
int64_t grapnel_curl_get_int64(void *easy, unsigned info);
/// Owned by the handle; null when there is none.
const char *grapnel_curl_get_string(void *easy, unsigned info);

int grapnel_curl_multi_set_long(void *multi, unsigned option, long value);

#endif
