// Says where and why, in buffers of fixed size and without allocating in Lua: it has to work when memory is what
// ran out.
#include "lua_internal.h"

#include <stdio.h>
#include <string.h>

enum { frames = 24 };

static void describe_frame(lua_State *L, lua_Debug *frame, char *text, size_t size) {
    lua_getinfo(L, "Sln", frame);
    const char *what = frame->name;
    char place[80] = "";
    if (frame->currentline > 0) snprintf(place, sizeof place, "%s:%d: ", frame->short_src, frame->currentline);
    if (*frame->what == 'm') {
        snprintf(text, size, "%sin the file itself", place);
    } else if (what != NULL) {
        snprintf(text, size, "%sin %s '%.60s'", place, *frame->namewhat ? frame->namewhat : "function", what);
    } else if (*frame->what == 'C') {
        snprintf(text, size, "%sin a function of the host", place);
    } else {
        snprintf(text, size, "%sin the function of line %d", place, frame->linedefined);
    }
}

void failure_record(struct grapnel_lua *state, lua_State *L, int innermost) {
    struct grapnel_lua_failure *failure = &state->failure;
    failure->line = 0;
    failure->file[0] = 0;
    size_t length = 0;
    lua_Debug frame;
    for (int level = innermost; lua_getstack(L, level, &frame); level++) {
        char text[200];
        describe_frame(L, &frame, text, sizeof text);
        if (failure->line == 0 && frame.currentline > 0) {
            failure->line = frame.currentline;
            snprintf(failure->file, sizeof failure->file, "%s", frame.short_src);
        }
        if (level >= frames && failure->line > 0) break;
        // The frame below all is the shim's own.
        bool is_outermost = *frame.what == 'C' && frame.name == NULL && level > innermost && L == state->main;
        if (level >= frames || is_outermost || length + strlen(text) + 2 > sizeof failure->traceback) continue;
        length += (size_t)snprintf(
            failure->traceback + length, sizeof failure->traceback - length, "%s%s", length > 0 ? "\n" : "", text);
    }
    if (length == 0) failure->traceback[0] = 0;
}

void failure_push_position(lua_State *L) {
    lua_Debug frame;
    for (int level = 1; lua_getstack(L, level, &frame); level++) {
        lua_getinfo(L, "Sl", &frame);
        if (frame.currentline <= 0) continue;
        lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
        return;
    }
    lua_pushliteral(L, "");
}

static int describe_object(lua_State *L) {
    luaL_tolstring(L, 1, NULL);
    return 1;
}

static void keep_message(struct grapnel_lua *state, const char *text, size_t length) {
    size_t most = sizeof state->failure.message;
    state->failure.message_length = length < most ? length : most;
    memcpy(state->failure.message, text, state->failure.message_length);
}

static void keep_object(struct grapnel_lua *state, lua_State *L, int object) {
    size_t length;
    const char *text;
    if (lua_type(L, object) == LUA_TSTRING || lua_type(L, object) == LUA_TNUMBER) {
        lua_pushvalue(L, object);
        text = lua_tolstring(L, -1, &length);
        keep_message(state, text, length);
        return;
    }
    if (lua_type(L, object) == LUA_TTABLE) {
        lua_pushliteral(L, "message");
        if (lua_rawget(L, object) == LUA_TSTRING) {
            text = lua_tolstring(L, -1, &length);
            keep_message(state, text, length);
            return;
        }
        if (luaL_getmetafield(L, object, "__tostring") != LUA_TNIL) {
            lua_pushcfunction(L, describe_object);
            lua_pushvalue(L, object);
            if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
                text = lua_tolstring(L, -1, &length);
                keep_message(state, text, length);
                return;
            }
        }
    }
    char description[64];
    int written = snprintf(description, sizeof description, "the error is a %s value", luaL_typename(L, object));
    if (lua_isnil(L, object)) written = snprintf(description, sizeof description, "the error is nil");
    keep_message(state, description, (size_t)written);
}

// The handler of the outermost lua_pcall: runs where the error was raised, while its frames still stand.
int failure_handler(lua_State *L) {
    struct grapnel_lua *state = state_of(L);
    if (state->stop != GRAPNEL_LUA_NO_FAILURE) return 1;
    // Level 0 is this handler.
    failure_record(state, L, 1);
    luaL_checkstack(L, 6, NULL);
    keep_object(state, L, 1);
    lua_settop(L, 1);
    return 1;
}

const struct grapnel_lua_failure *grapnel_lua_failure(const struct grapnel_lua *state) { return &state->failure; }
