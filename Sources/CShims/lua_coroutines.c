// resume, wrap and close of our own: a limit that is passed in a coroutine has to end who resumed it as well, and
// closing one that a limit ended would run its handlers without hooks.
#include "lua_internal.h"

static lua_State *checked_thread(lua_State *L) {
    lua_State *thread = lua_tothread(L, 1);
    luaL_argexpected(L, thread != NULL, 1, "coroutine");
    return thread;
}

// The number of results, which are pushed; or -1 with the error pushed.
static int resume(lua_State *L, lua_State *thread, int count) {
    struct grapnel_lua *state = state_of(L);
    limits_check_stack(L);
    if (!lua_checkstack(thread, count)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, thread, count);
    int results = 0;
    state->current = thread;
    int status = lua_resume(thread, L, count, &results);
    state->current = L;
    if (status == LUA_OK || status == LUA_YIELD) {
        if (state->stop != GRAPNEL_LUA_NO_FAILURE) limits_raise(L);
        if (!lua_checkstack(L, results + 1)) {
            lua_pop(thread, results);
            lua_pushliteral(L, "too many results to resume");
            return -1;
        }
        lua_xmove(thread, L, results);
        return results;
    }
    limits_after_error(L, status);
    lua_xmove(thread, L, 1);
    return -1;
}

static int coroutine_resume(lua_State *L) {
    lua_State *thread = checked_thread(L);
    int results = resume(L, thread, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    int count = results >= 0 ? results : 1;
    lua_insert(L, -(count + 1));
    return count + 1;
}

// It may have died in its hook, and would never be hooked again.
static bool may_be_unhooked(lua_State *L, lua_State *thread) {
    int status = lua_status(thread);
    return state_of(L)->has_stopped && status != LUA_OK && status != LUA_YIELD;
}

// Runs what the coroutine has still to close; its status then, with the error (if any) on its stack.
static int reset(lua_State *L, lua_State *thread) {
    struct grapnel_lua *state = state_of(L);
    limits_check_stack(L);
    state->current = thread;
    limits_arm(thread);
    int status = lua_resetthread(thread);
    state->current = L;
    if (status != LUA_OK) limits_after_error(L, status);
    if (state->stop != GRAPNEL_LUA_NO_FAILURE) limits_raise(L);
    return status;
}

static int wrapped(lua_State *L) {
    lua_State *thread = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, thread, lua_gettop(L));
    if (results >= 0) return results;
    int status = lua_status(thread);
    if (status != LUA_OK && status != LUA_YIELD && !may_be_unhooked(L, thread)) {
        lua_pop(L, 1);
        reset(L, thread);
        lua_xmove(thread, L, 1);
    }
    return lua_error(L);
}

static int coroutine_wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *thread = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, thread, 1);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

static bool is_active(lua_State *L, lua_State *thread) {
    lua_Debug frame;
    return thread == L || (lua_status(thread) == LUA_OK && lua_getstack(thread, 0, &frame));
}

static int coroutine_close(lua_State *L) {
    lua_State *thread = checked_thread(L);
    if (is_active(L, thread)) return luaL_error(L, "cannot close a coroutine that is running");
    if (may_be_unhooked(L, thread)) {
        lua_pushboolean(L, false);
        lua_pushliteral(L, "the coroutine was ended by a limit");
        return 2;
    }
    if (reset(L, thread) == LUA_OK) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushboolean(L, false);
    lua_xmove(thread, L, 1);
    return 2;
}

// Into the table at the top.
void sandbox_open_coroutines(lua_State *L) {
    const luaL_Reg own[] = {
        {"close", coroutine_close}, {"resume", coroutine_resume}, {"wrap", coroutine_wrap}, {NULL, NULL}};
    luaL_setfuncs(L, own, 0);
}
