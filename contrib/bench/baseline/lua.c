#include "baseline.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

// A state, the file and one call of its function: what the first hook of a deploy cannot do without.
// words: the home
double lua(long count, char **words) {
    char path[4096];
    snprintf(path, sizeof path, "%s/hooks/web.lua", words[0]);
    double start = now();
    for (long i = 0; i < count; i++) {
        lua_State *state = luaL_newstate();
        luaL_openlibs(state);
        if (luaL_loadfile(state, path) || lua_pcall(state, 0, 1, 0)) FAIL("%s", lua_tostring(state, -1));
        lua_getfield(state, -1, "post_up");
        if (lua_pcall(state, 0, 0, 0)) FAIL("%s", lua_tostring(state, -1));
        lua_close(state);
    }
    return (now() - start) / (double)count;
}
