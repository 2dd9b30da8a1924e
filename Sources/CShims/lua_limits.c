// The bounds on memory and time. Lua counts instructions for us; what C does in between is counted by the
// allocator and by steps.
#include "lua_internal.h"

#include <stdlib.h>
#include <time.h>

enum { instructions = 100, steps_per_look = 1024, bytes_per_look = 4 << 20 };

// Half of what LuaThreads gives its threads; the 200 C calls that Lua allows take less than the other half.
enum { most_stack = 1 << 20 };

// Raised when a limit was passed; its address says it all.
static char stopped;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void grapnel_lua_begin(struct grapnel_lua *state, void *host, int64_t nanoseconds, size_t memory) {
    state->host = host;
    int64_t start = now();
    state->deadline = nanoseconds > INT64_MAX - start ? INT64_MAX : start + nanoseconds;
    state->cap = memory;
    state->stop = GRAPNEL_LUA_NO_FAILURE;
    state->was_refused = false;
    state->refused = NULL;
    state->refused_size = 0;
    state->current = state->main;
    state->entered_at = __builtin_frame_address(0);
    state->failure.traceback[0] = 0;
    limits_arm(state->main);
}

int64_t grapnel_lua_remaining(const struct grapnel_lua *state) {
    int64_t time = now();
    return state->deadline > time ? state->deadline - time : 0;
}

size_t grapnel_lua_memory(const struct grapnel_lua *state) { return state->used; }

void grapnel_lua_interrupt(struct grapnel_lua *state) { atomic_store(&state->interrupted, true); }

static void trip(struct grapnel_lua *state, lua_State *L, enum grapnel_lua_failure_kind kind) {
    if (state->stop == GRAPNEL_LUA_NO_FAILURE) {
        // The allocator has recorded already where it refused.
        if (kind != GRAPNEL_LUA_MEMORY) failure_record(state, L, 0);
        state->stop = kind;
        state->has_stopped = true;
    }
    limits_arm(L);
}

static bool is_over(struct grapnel_lua *state, lua_State *L) {
    if (state->stop != GRAPNEL_LUA_NO_FAILURE) return true;
    if (atomic_load_explicit(&state->interrupted, memory_order_relaxed)) {
        trip(state, L, GRAPNEL_LUA_INTERRUPTED);
    } else if (now() >= state->deadline) {
        trip(state, L, GRAPNEL_LUA_TIME);
    }
    return state->stop != GRAPNEL_LUA_NO_FAILURE;
}

static void count_hook(lua_State *L, lua_Debug *event) {
    (void)event;
    limits_check(L);
    // A coroutine that was armed for the end of an earlier call goes back to its normal pace.
    if (lua_gethookcount(L) != instructions) limits_arm(L);
}

// Once a limit was passed each single instruction raises again, so that no handler of the script's gets to run.
void limits_arm(lua_State *L) {
    bool is_stopped = state_of(L)->stop != GRAPNEL_LUA_NO_FAILURE;
    lua_sethook(L, count_hook, LUA_MASKCOUNT, is_stopped ? 1 : instructions);
}

void limits_check(lua_State *L) {
    if (is_over(state_of(L), L)) limits_raise(L);
}

// The innermost lua_pcall may be one whose handler is the script's; ours stand in front of those and let a limit
// pass, which matters since handlers run without hooks when it is a hook that raises.
void limits_raise(lua_State *L) {
    limits_arm(L);
    lua_pushlightuserdata(L, &stopped);
    lua_error(L);
    abort();
}

void limits_check_stack(lua_State *L) {
    if (state_of(L)->entered_at - (const char *)__builtin_frame_address(0) > most_stack) {
        luaL_error(L, "C stack overflow");
    }
}

void grapnel_lua_step(lua_State *L, unsigned steps) {
    struct grapnel_lua *state = state_of(L);
    state->steps += steps;
    if (state->steps < steps_per_look && state->stop == GRAPNEL_LUA_NO_FAILURE) return;
    state->steps = 0;
    limits_check(L);
}

void limits_after_error(lua_State *L, int status) {
    struct grapnel_lua *state = state_of(L);
    // A script may raise an error that looks like this one.
    if (status == LUA_ERRMEM && state->was_refused) trip(state, L, GRAPNEL_LUA_MEMORY);
    if (state->stop != GRAPNEL_LUA_NO_FAILURE) limits_raise(L);
}

void limits_make_room(lua_State *L, size_t size) {
    struct grapnel_lua *state = state_of(L);
    if (size > state->cap || state->used > state->cap - size) lua_gc(L, LUA_GCCOLLECT);
}

// The instructions between two looks at the clock may each move megabytes or start a full collection.
static void look_at_clock(struct grapnel_lua *state) {
    state->allocated = 0;
    if (state->current != NULL && state->stop == GRAPNEL_LUA_NO_FAILURE) is_over(state, state->current);
}

void *limits_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    struct grapnel_lua *state = context;
    // Without a block the old size is the kind of object that is made.
    if (block == NULL) old_size = 0;
    if (new_size == 0) {
        state->used -= old_size;
        free(block);
        return NULL;
    }
    if (new_size > old_size) {
        if (new_size - old_size > state->cap || state->used > state->cap - (new_size - old_size)) {
            bool is_final = state->refused_size == new_size && state->refused == block;
            state->refused = block;
            state->refused_size = new_size;
            state->was_refused = true;
            if (state->current != NULL && state->stop == GRAPNEL_LUA_NO_FAILURE) {
                failure_record(state, state->current, 0);
            }
            if (is_final && state->current != NULL) trip(state, state->current, GRAPNEL_LUA_MEMORY);
            look_at_clock(state);
            return NULL;
        }
        state->refused_size = 0;
        state->allocated += new_size;
        if (state->allocated > bytes_per_look) look_at_clock(state);
    }
    void *result = realloc(block, new_size);
    // Lua takes for granted that shrinking works.
    if (result == NULL && new_size <= old_size) result = block;
    if (result == NULL) {
        state->was_refused = true;
        return NULL;
    }
    state->used = state->used - old_size + new_size;
    return result;
}
