// What a script finds: nothing but what is listed here. Functions whose C code could run long without an
// instruction of Lua being counted are ours, or are bounded by a wrapper.
#include "lua_internal.h"
#include "lua_patterns.h"

#include <stdint.h>
#include <string.h>

// MARK: Lua's own functions, bounded

enum { text_worth_room = 64 << 10 };

// Calls the function that is the first upvalue. Each takes time in proportion to its text at most, so it is enough
// to look at the clock in between.
static int bounded(lua_State *L) {
    size_t text = lua_type(L, 1) == LUA_TSTRING ? lua_rawlen(L, 1) : 0;
    grapnel_lua_step(L, 64 + (unsigned)(text >> 10));
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// The same for functions that build a string about as long as the ones that they get.
static int bounded_building(lua_State *L) {
    size_t text = 0;
    int count = lua_gettop(L);
    for (int i = 1; i <= count && i <= 16; i++) {
        if (lua_type(L, i) == LUA_TSTRING) text += lua_rawlen(L, i);
    }
    // The buffer grows by doubling while the old one is still there, and then the string is made of it.
    if (text > text_worth_room) limits_make_room(L, 3 * text);
    return bounded(L);
}

struct library {
    const char *name;
    lua_CFunction open;
    // What is taken as it is, with a bound, and with a bound for what builds strings.
    const char *const *plain;
    const char *const *bounded;
    const char *const *building;
};

static const char *const nothing[] = {NULL};
static const char *const base_plain[] = {
    "assert", "error", "ipairs", "pairs", "type", "rawequal", "rawget", "rawset", "rawlen", "getmetatable", NULL};
static const char *const base_bounded[] = {"next", "select", "tonumber", "tostring", NULL};
static const char *const math_plain[] = {
    "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
    "min", "mininteger", "modf", "pi", "rad", "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type",
    "ult", NULL};
static const char *const string_plain[] = {"len", "packsize", NULL};
static const char *const string_bounded[] = {"byte", "char", "sub", "unpack", NULL};
static const char *const string_building[] = {"format", "lower", "pack", "reverse", "upper", NULL};
static const char *const table_bounded[] = {"pack", "unpack", NULL};
static const char *const utf8_plain[] = {"charpattern", NULL};
static const char *const utf8_bounded[] = {"char", "codepoint", "codes", "len", "offset", NULL};
static const char *const coroutine_plain[] = {"create", "isyieldable", "running", "status", "yield", NULL};
static const char *const os_plain[] = {"clock", "difftime", "time", NULL};
static const char *const os_bounded[] = {"date", NULL};

static const struct library libraries[] = {
    {"math", luaopen_math, math_plain, nothing, nothing},
    {"string", luaopen_string, string_plain, string_bounded, string_building},
    {"table", luaopen_table, nothing, table_bounded, nothing},
    {"utf8", luaopen_utf8, utf8_plain, utf8_bounded, nothing},
    {"coroutine", luaopen_coroutine, coroutine_plain, nothing, nothing},
    {"os", luaopen_os, os_plain, os_bounded, nothing},
};

// From the table at `source` into the one at `target`.
static void take(lua_State *L, int source, int target, const char *const *names, lua_CFunction wrapper) {
    for (; *names != NULL; names++) {
        lua_getfield(L, source, *names);
        if (wrapper != NULL) lua_pushcclosure(L, wrapper, 1);
        lua_setfield(L, target, *names);
    }
}

// MARK: Catching

static int finish_pcall(lua_State *L, int status, lua_KContext extra) {
    if (status != LUA_OK && status != LUA_YIELD) {
        limits_after_error(L, status);
        lua_pushboolean(L, false);
        lua_pushvalue(L, -2);
        return 2;
    }
    return lua_gettop(L) - (int)extra;
}

static int sandbox_pcall(lua_State *L) {
    luaL_checkany(L, 1);
    lua_pushboolean(L, true);
    lua_insert(L, 1);
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall);
    return finish_pcall(L, status, 0);
}

// Stands before a script's handler: one that is called because a limit was passed would run without hooks.
static int guarded_handler(lua_State *L) {
    if (state_of(L)->stop != GRAPNEL_LUA_NO_FAILURE) return 1;
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

static int sandbox_xpcall(lua_State *L) {
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int count = lua_gettop(L) - 2;
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, true);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    int status = lua_pcallk(L, count, LUA_MULTRET, 2, 2, finish_pcall);
    return finish_pcall(L, status, 2);
}

// MARK: Others that are not Lua's

static int sandbox_setmetatable(lua_State *L) {
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
    if (type == LUA_TTABLE) {
        // Finalizers run whenever memory is collected, within anybody's time, and even when the state is closed.
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "a metatable with __gc is not available here");
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int sandbox_print(lua_State *L) {
    struct grapnel_lua *state = state_of(L);
    int count = lua_gettop(L);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (int i = 1; i <= count; i++) {
        if (i > 1) luaL_addchar(&text, '\t');
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
    size_t length;
    const char *start = lua_tolstring(L, -1, &length);
    state->callbacks.print(state->host, (const uint8_t *)start, length);
    limits_check(L);
    return 0;
}

static int sandbox_rep(lua_State *L) {
    size_t length, between;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &between);
    size_t unit = length + between;
    if (count <= 0 || unit == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if (unit > SIZE_MAX / 4 / (size_t)count) return luaL_error(L, "resulting string too large");
    size_t total = unit * (size_t)count - between;
    limits_make_room(L, 2 * total);
    luaL_Buffer buffer;
    char *start = luaL_buffinitsize(L, &buffer, total);
    memcpy(start, text, length);
    size_t done = length;
    if (count > 1) {
        memcpy(start + done, separator, between);
        done += between;
        // Doubled until it is full: a loop over the units could be long.
        while (done < total) {
            size_t part = done < total - done ? done : total - done;
            memcpy(start + done, start, part);
            done += part;
        }
    }
    luaL_pushresultsize(&buffer, total);
    grapnel_lua_step(L, 64);
    return 1;
}

// MARK: Opening

int sandbox_open(lua_State *L) {
    wire_open(L);
    // The libraries fill this; scripts get what is taken out of it.
    lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    int base = lua_gettop(L);
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 0);
    lua_createtable(L, 0, 32);
    int globals = lua_gettop(L);
    take(L, base, globals, base_plain, NULL);
    take(L, base, globals, base_bounded, bounded);
    const luaL_Reg own[] = {
        {"pcall", sandbox_pcall}, {"xpcall", sandbox_xpcall}, {"setmetatable", sandbox_setmetatable},
        {"print", sandbox_print}, {NULL, NULL}};
    luaL_setfuncs(L, own, 0);
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        const struct library *library = &libraries[i];
        lua_pushcfunction(L, library->open);
        lua_call(L, 0, 1);
        lua_createtable(L, 0, 16);
        take(L, globals + 1, globals + 2, library->plain, NULL);
        take(L, globals + 1, globals + 2, library->bounded, bounded);
        take(L, globals + 1, globals + 2, library->building, bounded_building);
        lua_setfield(L, globals, library->name);
        lua_settop(L, globals);
    }
    lua_getfield(L, globals, "table");
    sandbox_open_tables(L);
    lua_getfield(L, globals, "coroutine");
    sandbox_open_coroutines(L);
    lua_getfield(L, globals, "string");
    lua_pushcfunction(L, sandbox_rep);
    lua_setfield(L, -2, "rep");
    grapnel_lua_open_patterns(L);
    // The methods of strings are those of the sandbox, and nobody changes them.
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, globals);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}
