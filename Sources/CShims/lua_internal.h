// What the lua_*.c files share and nobody else sees.
#ifndef GRAPNEL_LUA_INTERNAL_H
#define GRAPNEL_LUA_INTERNAL_H

#include "lua_runtime.h"

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdatomic.h>

// Owned by the state and not by a C frame, because an error would jump over a frame's free.
struct bytes {
    uint8_t *start;
    size_t length;
    size_t capacity;
};

struct grapnel_lua {
    lua_State *main;
    // The thread (coroutine) that runs now: the allocator, which is told none, needs it.
    lua_State *current;
    struct grapnel_lua_callbacks callbacks;
    void *host;

    size_t used;
    size_t cap;
    size_t values;
    // The last growth that was refused; the same one again, after a full collection, is final.
    void *refused;
    size_t refused_size;
    bool was_refused;
    // Bytes handed out and steps made since the clock was last looked at.
    size_t allocated;
    unsigned steps;

    int64_t deadline;
    atomic_bool interrupted;
    // The limit that was passed in this call, if any: from then on nothing is run or caught.
    enum grapnel_lua_failure_kind stop;
    // A limit was passed in this or an earlier call: coroutines may lie about that died without their hooks.
    bool has_stopped;
    bool is_syntax;
    // Where the thread's stack was when it entered.
    const char *entered_at;

    struct bytes out;
    struct bytes in;
    struct grapnel_lua_failure failure;
};

static inline struct grapnel_lua *state_of(lua_State *L) {
    return *(struct grapnel_lua **)lua_getextraspace(L);
}

// lua_limits.c
void *limits_allocate(void *state, void *block, size_t old_size, size_t new_size);
void limits_arm(lua_State *L);
// Raises when the thread's stack is half used up. Lua counts its C calls, but anew in each coroutine that is closed.
void limits_check_stack(lua_State *L);
// Raises if time is over, the state was interrupted or a limit was passed before.
void limits_check(lua_State *L);
_Noreturn void limits_raise(lua_State *L);
// After something was caught: an error that tells of memory becomes the limit's, and limits go on.
void limits_after_error(lua_State *L, int status);
// Collects if so many bytes would not fit: Lua's buffers, unlike its objects, fail without having tried.
void limits_make_room(lua_State *L, size_t size);

// lua_failures.c
// From that level of the stack on, where 0 is the function that runs.
void failure_record(struct grapnel_lua *state, lua_State *L, int innermost);
int failure_handler(lua_State *L);
// Pushes `file:line: ` of the innermost Lua function, or the empty string.
void failure_push_position(lua_State *L);

// lua_wire.c
void wire_clear(struct bytes *bytes);
bool wire_append(struct bytes *bytes, const void *start, size_t length);
void wire_write_list(lua_State *L, int first, int count);
int wire_push_list(lua_State *L, const uint8_t *start, size_t length);
int wire_call_host(lua_State *L);
void wire_open(lua_State *L);

// lua_sandbox.c and the parts of it
int sandbox_open(lua_State *L);
void sandbox_open_tables(lua_State *L);
void sandbox_open_coroutines(lua_State *L);

#endif
