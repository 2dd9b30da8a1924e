// The table functions whose loops C would run without an end: their lengths come from the script (`#` of a table
// with __len, the bounds of move and concat), and no instruction is counted in them.
#include "lua_internal.h"

static void check_table(lua_State *L, int index) {
    if (lua_type(L, index) == LUA_TTABLE) return;
    luaL_checktype(L, index, LUA_TTABLE);
}

static int table_insert(lua_State *L) {
    check_table(L, 1);
    lua_Integer end = (lua_Integer)((lua_Unsigned)luaL_len(L, 1) + 1);
    lua_Integer position;
    switch (lua_gettop(L)) {
    case 2: position = end; break;
    case 3:
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, (lua_Unsigned)position - 1u < (lua_Unsigned)end, 2, "position out of bounds");
        for (lua_Integer i = end; i > position; i--) {
            grapnel_lua_step(L, 1);
            lua_geti(L, 1, i - 1);
            lua_seti(L, 1, i);
        }
        break;
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_seti(L, 1, position);
    return 0;
}

static int table_remove(lua_State *L) {
    check_table(L, 1);
    lua_Integer size = luaL_len(L, 1);
    lua_Integer position = luaL_optinteger(L, 2, size);
    if (lua_gettop(L) > 1) {
        luaL_argcheck(L, (lua_Unsigned)size + 1u == (lua_Unsigned)position
            || (lua_Unsigned)position - 1u < (lua_Unsigned)size || (size == 0 && position == 0), 2,
            "position out of bounds");
    }
    lua_geti(L, 1, position);
    for (; position < size; position++) {
        grapnel_lua_step(L, 1);
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int table_move(lua_State *L) {
    lua_Integer first = luaL_checkinteger(L, 2);
    lua_Integer last = luaL_checkinteger(L, 3);
    lua_Integer target = luaL_checkinteger(L, 4);
    int into = lua_isnoneornil(L, 5) ? 1 : 5;
    check_table(L, 1);
    check_table(L, into);
    if (last >= first) {
        luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
        lua_Integer count = last - first + 1;
        luaL_argcheck(L, target <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        bool is_forward = target > last || target <= first || (into != 1 && !lua_compare(L, 1, into, LUA_OPEQ));
        for (lua_Integer i = 0; i < count; i++) {
            lua_Integer offset = is_forward ? i : count - 1 - i;
            grapnel_lua_step(L, 1);
            lua_geti(L, 1, first + offset);
            lua_seti(L, into, target + offset);
        }
    }
    lua_pushvalue(L, into);
    return 1;
}

static int table_concat(lua_State *L) {
    check_table(L, 1);
    size_t between;
    const char *separator = luaL_optlstring(L, 2, "", &between);
    lua_Integer first = luaL_optinteger(L, 3, 1);
    lua_Integer last = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (lua_Integer i = first; i <= last; i++) {
        grapnel_lua_step(L, 1 + (unsigned)(between >> 10));
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1)) {
            return luaL_error(L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)i);
        }
        luaL_addvalue(&buffer);
        if (i == last) break;
        luaL_addlstring(&buffer, separator, between);
    }
    luaL_pushresult(&buffer);
    return 1;
}

// MARK: Sorting

// Whether the value at the top goes before the one below it; takes both.
static bool goes_before(lua_State *L, int comparator) {
    grapnel_lua_step(L, 1);
    bool result;
    if (comparator == 0) {
        result = lua_compare(L, -1, -2, LUA_OPLT);
        lua_pop(L, 2);
    } else {
        lua_pushvalue(L, comparator);
        lua_insert(L, -3);
        lua_insert(L, -2);
        lua_call(L, 2, 1);
        result = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return result;
}

// Of two neighbouring sorted runs of `from` makes one of `into`.
static void merge(
    lua_State *L, int from, int into, int comparator, lua_Integer start, lua_Integer middle, lua_Integer end) {
    lua_Integer left = start;
    lua_Integer right = middle;
    for (lua_Integer i = start; i < end; i++) {
        bool takes_right = left >= middle;
        if (left < middle && right < end) {
            lua_rawgeti(L, from, left);
            lua_rawgeti(L, from, right);
            takes_right = goes_before(L, comparator);
        }
        lua_rawgeti(L, from, takes_right ? right++ : left++);
        lua_rawseti(L, into, i);
    }
}

// By merging, in a copy: the number of comparisons is bounded whatever the comparator answers, and what it does
// to the table does not matter.
static int table_sort(lua_State *L) {
    check_table(L, 1);
    lua_Integer count = luaL_len(L, 1);
    int comparator = 0;
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TFUNCTION);
        comparator = 2;
    }
    if (count < 2) return 0;
    luaL_argcheck(L, count < INT32_MAX, 1, "array too big");
    lua_settop(L, 2);
    lua_newtable(L);
    lua_newtable(L);
    int from = 3;
    int into = 4;
    for (lua_Integer i = 1; i <= count; i++) {
        grapnel_lua_step(L, 1);
        lua_geti(L, 1, i);
        lua_rawseti(L, from, i);
    }
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer start = 1; start <= count; start += 2 * width) {
            lua_Integer middle = start + width <= count ? start + width : count + 1;
            lua_Integer end = middle + width <= count ? middle + width : count + 1;
            grapnel_lua_step(L, 1);
            merge(L, from, into, comparator, start, middle, end);
        }
        int other = from;
        from = into;
        into = other;
    }
    for (lua_Integer i = 1; i <= count; i++) {
        grapnel_lua_step(L, 1);
        lua_rawgeti(L, from, i);
        lua_seti(L, 1, i);
    }
    return 0;
}

// Into the table at the top.
void sandbox_open_tables(lua_State *L) {
    const luaL_Reg own[] = {
        {"concat", table_concat}, {"insert", table_insert}, {"move", table_move}, {"remove", table_remove},
        {"sort", table_sort}, {NULL, NULL}};
    luaL_setfuncs(L, own, 0);
}
