// Lua is C: its headers need nothing but their order.
#include <lua.h>
#include <lualib.h>
#include <lauxlib.h>
