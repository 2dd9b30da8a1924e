// A bounded, sandboxed Lua 5.4 state behind an interface that never raises.
//
// Swift can't, because Lua's errors are longjmps: one that crosses a Swift frame skips its releases, and almost
// every call of Lua's API may raise, if only for want of memory. So Swift touches no Lua state at all: it hands
// over and receives values as bytes (lua_wire.c says how they are written), and everything that may raise happens
// here, under lua_pcall.
#ifndef GRAPNEL_LUA_RUNTIME_H
#define GRAPNEL_LUA_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lua_State;
struct grapnel_lua;

enum grapnel_lua_failure_kind {
    GRAPNEL_LUA_NO_FAILURE = 0,
    GRAPNEL_LUA_SYNTAX,
    GRAPNEL_LUA_ERROR,
    GRAPNEL_LUA_TIME,
    GRAPNEL_LUA_MEMORY,
    GRAPNEL_LUA_INTERRUPTED,
};

// What befell the last load, call or set_global that did not answer GRAPNEL_LUA_NO_FAILURE.
struct grapnel_lua_failure {
    enum grapnel_lua_failure_kind kind;
    // Of the innermost Lua function; 0 when none was running.
    int line;
    char file[64];
    size_t message_length;
    char message[4096];
    char traceback[2048];
};

enum grapnel_lua_answer_kind {
    GRAPNEL_LUA_VALUES,
    // The text of an error, which is raised where the script called, and with that position before it.
    GRAPNEL_LUA_MESSAGE,
    GRAPNEL_LUA_MESSAGE_WITH_POSITION,
};

struct grapnel_lua_callbacks {
    // Runs host function number `function` with a list of values; calls grapnel_lua_answer once and says with what.
    enum grapnel_lua_answer_kind (*call)(void *host, int64_t function, const uint8_t *arguments, size_t length);
    // One print, without its line feed.
    void (*print)(void *host, const uint8_t *text, size_t length);
};

// NULL without memory. `values` bounds the bytes of what is handed over at once.
struct grapnel_lua *grapnel_lua_open(size_t memory, size_t values, struct grapnel_lua_callbacks callbacks);
void grapnel_lua_close(struct grapnel_lua *state);

// Begins an outermost load or call: until the next one it may run for so long, and hold so many bytes. The
// callbacks get `host`.
void grapnel_lua_begin(struct grapnel_lua *state, void *host, int64_t nanoseconds, size_t memory);
int64_t grapnel_lua_remaining(const struct grapnel_lua *state);
size_t grapnel_lua_memory(const struct grapnel_lua *state);

// The only function that another thread may call while the state runs. Nothing runs in the state ever after.
void grapnel_lua_interrupt(struct grapnel_lua *state);

enum grapnel_lua_failure_kind grapnel_lua_load(
    struct grapnel_lua *state, const uint8_t *source, size_t length, const char *name);
// Calls the function that is the first of the values with the rest of them.
enum grapnel_lua_failure_kind grapnel_lua_call(struct grapnel_lua *state, const uint8_t *values, size_t length);
// The list of one value becomes a global variable.
enum grapnel_lua_failure_kind grapnel_lua_set_global(
    struct grapnel_lua *state, const char *name, const uint8_t *values, size_t length);

// What the last load or call gave, as a list of values; valid until the state is used again.
const uint8_t *grapnel_lua_results(const struct grapnel_lua *state, size_t *length);
const struct grapnel_lua_failure *grapnel_lua_failure(const struct grapnel_lua *state);

// From within the callback `call` only. False when there is no memory to keep the answer in.
bool grapnel_lua_answer(struct grapnel_lua *state, const uint8_t *values, size_t length);

// For C functions that Lua calls and that may run long, since no hook stops those: counts steps, looks at the
// clock now and then, and raises the error that ends everything when the time is over.
void grapnel_lua_step(struct lua_State *L, unsigned steps);

#endif
