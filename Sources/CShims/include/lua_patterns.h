// string.find, match, gmatch and gsub with bounds.
//
// Lua's own are C functions, which no hook can interrupt: a pattern of 28 characters keeps them busy for many
// seconds. These mean the same, count their steps and look at the state's clock. They are C because they work on
// Lua's stack and raise Lua's errors.
#ifndef GRAPNEL_LUA_PATTERNS_H
#define GRAPNEL_LUA_PATTERNS_H

struct lua_State;

// Replaces the four functions in the table on the top of the stack.
void grapnel_lua_open_patterns(struct lua_State *L);

#endif
