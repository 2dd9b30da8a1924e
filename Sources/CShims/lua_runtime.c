// Opening, closing and entering a state: each entry runs its body under lua_pcall and turns what was raised into
// a failure.
#include "lua_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum { reader_piece = 1024 };

struct grapnel_lua *grapnel_lua_open(size_t memory, size_t values, struct grapnel_lua_callbacks callbacks) {
    struct grapnel_lua *state = calloc(1, sizeof *state);
    if (state == NULL) return NULL;
    state->cap = memory;
    state->values = values;
    state->callbacks = callbacks;
    state->deadline = INT64_MAX;
    lua_State *L = lua_newstate(limits_allocate, state);
    if (L == NULL) {
        free(state);
        return NULL;
    }
    *(struct grapnel_lua **)lua_getextraspace(L) = state;
    state->main = L;
    state->current = L;
    // Nothing that is made here is garbage.
    lua_gc(L, LUA_GCSTOP);
    lua_pushcfunction(L, sandbox_open);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
        grapnel_lua_close(state);
        return NULL;
    }
    lua_gc(L, LUA_GCRESTART);
    return state;
}

// Runs no code of the script's: nothing has a finalizer, and what coroutines have still open is only freed.
void grapnel_lua_close(struct grapnel_lua *state) {
    lua_close(state->main);
    free(state->out.start);
    free(state->in.start);
    free(state);
}

struct entry {
    struct grapnel_lua *state;
    const uint8_t *values;
    size_t length;
    const char *name;
};

static enum grapnel_lua_failure_kind enter(struct entry *entry, lua_CFunction body) {
    struct grapnel_lua *state = entry->state;
    // Not always the main thread: a host function may call back into the state from within a coroutine.
    lua_State *L = state->current;
    struct grapnel_lua_failure *failure = &state->failure;
    // What was recorded when the limit was passed is still to be told.
    if (state->stop != GRAPNEL_LUA_NO_FAILURE) return failure->kind = state->stop;
    failure->message_length = 0;
    failure->file[0] = 0;
    failure->line = 0;
    failure->traceback[0] = 0;
    state->is_syntax = false;
    if (!lua_checkstack(L, 8)) return failure->kind = GRAPNEL_LUA_MEMORY;
    int top = lua_gettop(L);
    lua_pushcfunction(L, failure_handler);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, entry);
    int status = lua_pcall(L, 1, 0, top + 1);
    state->current = L;
    if (state->stop != GRAPNEL_LUA_NO_FAILURE) {
        failure->kind = state->stop;
    } else if (status == LUA_OK) {
        failure->kind = GRAPNEL_LUA_NO_FAILURE;
    } else if (status == LUA_ERRMEM) {
        failure->kind = GRAPNEL_LUA_MEMORY;
        // A script may raise an error that looks like this one, and only that.
        if (!state->was_refused) {
            failure->kind = GRAPNEL_LUA_ERROR;
            failure->message_length = (size_t)snprintf(failure->message, sizeof failure->message, "not enough memory");
        }
    } else {
        failure->kind = state->is_syntax ? GRAPNEL_LUA_SYNTAX : GRAPNEL_LUA_ERROR;
    }
    lua_settop(L, top);
    return failure->kind;
}

// MARK: Loading

// In pieces, so that a file that compiles slowly is stopped in its midst.
static const char *read_piece(lua_State *L, void *context, size_t *size) {
    struct entry *entry = context;
    limits_check(L);
    *size = entry->length < reader_piece ? entry->length : reader_piece;
    const char *piece = (const char *)entry->values;
    entry->values += *size;
    entry->length -= *size;
    return piece;
}

static int load_body(lua_State *L) {
    struct entry *entry = lua_touserdata(L, 1);
    lua_pushfstring(L, "@%s", entry->name);
    if (lua_load(L, read_piece, entry, lua_tostring(L, -1), "t") != LUA_OK) {
        entry->state->is_syntax = entry->state->stop == GRAPNEL_LUA_NO_FAILURE;
        return lua_error(L);
    }
    lua_call(L, 0, 1);
    wire_write_list(L, lua_gettop(L), 1);
    return 0;
}

enum grapnel_lua_failure_kind grapnel_lua_load(
    struct grapnel_lua *state, const uint8_t *source, size_t length, const char *name) {
    struct entry entry = {state, source, length, name};
    return enter(&entry, load_body);
}

// MARK: Calling

static int call_body(lua_State *L) {
    struct entry *entry = lua_touserdata(L, 1);
    limits_check(L);
    int count = wire_push_list(L, entry->values, entry->length);
    lua_call(L, count - 1, LUA_MULTRET);
    wire_write_list(L, 2, lua_gettop(L) - 1);
    return 0;
}

enum grapnel_lua_failure_kind grapnel_lua_call(struct grapnel_lua *state, const uint8_t *values, size_t length) {
    struct entry entry = {state, values, length, NULL};
    return enter(&entry, call_body);
}

static int set_global_body(lua_State *L) {
    struct entry *entry = lua_touserdata(L, 1);
    limits_check(L);
    wire_push_list(L, entry->values, entry->length);
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushstring(L, entry->name);
    lua_pushvalue(L, 2);
    lua_rawset(L, -3);
    return 0;
}

enum grapnel_lua_failure_kind grapnel_lua_set_global(
    struct grapnel_lua *state, const char *name, const uint8_t *values, size_t length) {
    struct entry entry = {state, values, length, name};
    return enter(&entry, set_global_body);
}
