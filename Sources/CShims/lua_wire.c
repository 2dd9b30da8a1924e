// Values as bytes, the only way in which they come into a state and out of it. Native byte order:
//
//   list      count (8 bytes), values
//   value     kind (1 byte), then
//             integer, number: 8 bytes; string: length (8 bytes), bytes
//             table: lengths of its list and of its fields (8 bytes each), the list, keys and values in turns
//             function: its number in this state (8 bytes); host function: the host's number of it (8 bytes)
#include "lua_internal.h"

#include <stdlib.h>
#include <string.h>

enum kind { kind_nil, kind_false, kind_true, kind_integer, kind_number, kind_string, kind_table, kind_function, kind_host };

// Tables in tables, as deep as JSON goes.
enum { deepest = 128 };

// Keys of the registry: functions by number and numbers by function; closures of host functions by number.
static char functions;
static char hosts;

void wire_clear(struct bytes *bytes) {
    bytes->length = 0;
    if (bytes->capacity <= 256 << 10) return;
    free(bytes->start);
    *bytes = (struct bytes){0};
}

bool wire_append(struct bytes *bytes, const void *start, size_t length) {
    if (length > bytes->capacity - bytes->length) {
        size_t capacity = bytes->capacity < 512 ? 512 : bytes->capacity;
        while (capacity - bytes->length < length) {
            if (capacity > SIZE_MAX / 2) return false;
            capacity *= 2;
        }
        uint8_t *grown = realloc(bytes->start, capacity);
        if (grown == NULL) return false;
        bytes->start = grown;
        bytes->capacity = capacity;
    }
    if (length > 0) memcpy(bytes->start + bytes->length, start, length);
    bytes->length += length;
    return true;
}

// MARK: Out of Lua

static void write_bytes(lua_State *L, const void *start, size_t length) {
    struct grapnel_lua *state = state_of(L);
    if (length > state->values || state->out.length > state->values - length) {
        luaL_error(L, "values of more than %d bytes cannot be handed over", (int)state->values);
    }
    if (!wire_append(&state->out, start, length)) luaL_error(L, "not enough memory");
}

static void write_kind(lua_State *L, enum kind kind) {
    uint8_t byte = (uint8_t)kind;
    write_bytes(L, &byte, 1);
}

static void write_number(lua_State *L, int64_t number) { write_bytes(L, &number, sizeof number); }

static void write_function(lua_State *L, int index) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &functions);
    lua_pushvalue(L, index);
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_Integer number = (lua_Integer)lua_rawlen(L, -2) + 1;
        lua_pushvalue(L, index);
        lua_rawseti(L, -3, number);
        lua_pushvalue(L, index);
        lua_pushinteger(L, number);
        lua_rawset(L, -4);
        lua_pop(L, 1);
        lua_pushinteger(L, number);
    }
    write_kind(L, kind_function);
    write_number(L, lua_tointeger(L, -1));
    lua_pop(L, 2);
}

static void write_value(lua_State *L, int index, int depth, const void **ancestors);

static bool is_in_list(lua_State *L, int key, lua_Integer count) {
    if (!lua_isinteger(L, key)) return false;
    lua_Integer number = lua_tointeger(L, key);
    return number >= 1 && number <= count;
}

static void write_table(lua_State *L, int index, int depth, const void **ancestors) {
    if (depth == deepest) luaL_error(L, "tables nested deeper than %d cannot be handed over", deepest);
    ancestors[depth] = lua_topointer(L, index);
    for (int i = 0; i < depth; i++) {
        if (ancestors[i] == ancestors[depth]) luaL_error(L, "a table that contains itself cannot be handed over");
    }
    luaL_checkstack(L, 8, "too deep");
    write_kind(L, kind_table);
    struct bytes *out = &state_of(L)->out;
    size_t counts = out->length;
    int64_t count = 0;
    int64_t fields = 0;
    write_number(L, count);
    write_number(L, fields);
    for (; lua_rawgeti(L, index, count + 1) != LUA_TNIL; count++) {
        write_value(L, lua_gettop(L), depth + 1, ancestors);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        int key = lua_gettop(L) - 1;
        if (!is_in_list(L, key, count)) {
            int type = lua_type(L, key);
            if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
                luaL_error(L, "a table with a %s as a key cannot be handed over", lua_typename(L, type));
            }
            write_value(L, key, depth + 1, ancestors);
            write_value(L, key + 1, depth + 1, ancestors);
            fields++;
        } else {
            grapnel_lua_step(L, 1);
        }
        lua_pop(L, 1);
    }
    memcpy(out->start + counts, &count, sizeof count);
    memcpy(out->start + counts + sizeof count, &fields, sizeof fields);
}

static void write_value(lua_State *L, int index, int depth, const void **ancestors) {
    grapnel_lua_step(L, 1);
    switch (lua_type(L, index)) {
    case LUA_TNIL: write_kind(L, kind_nil); break;
    case LUA_TBOOLEAN: write_kind(L, lua_toboolean(L, index) ? kind_true : kind_false); break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            write_kind(L, kind_integer);
            write_number(L, lua_tointeger(L, index));
        } else {
            lua_Number number = lua_tonumber(L, index);
            write_kind(L, kind_number);
            write_bytes(L, &number, sizeof number);
        }
        break;
    case LUA_TSTRING: {
        size_t length;
        const char *text = lua_tolstring(L, index, &length);
        write_kind(L, kind_string);
        write_number(L, (int64_t)length);
        write_bytes(L, text, length);
        break;
    }
    case LUA_TTABLE: write_table(L, index, depth, ancestors); break;
    case LUA_TFUNCTION: write_function(L, index); break;
    default: luaL_error(L, "a %s cannot be handed over", luaL_typename(L, index));
    }
}

// Replaces what is in `out`.
void wire_write_list(lua_State *L, int first, int count) {
    const void *ancestors[deepest + 1];
    luaL_checkstack(L, 8, NULL);
    wire_clear(&state_of(L)->out);
    write_number(L, count);
    for (int i = 0; i < count; i++) write_value(L, first + i, 0, ancestors);
}

const uint8_t *grapnel_lua_results(const struct grapnel_lua *state, size_t *length) {
    *length = state->out.length;
    return state->out.start;
}

// MARK: Into Lua

struct reader {
    const uint8_t *next;
    const uint8_t *end;
};

static const uint8_t *take(lua_State *L, struct reader *reader, size_t length) {
    if ((size_t)(reader->end - reader->next) < length) luaL_error(L, "values that are cut off");
    const uint8_t *start = reader->next;
    reader->next += length;
    return start;
}

static int64_t take_number(lua_State *L, struct reader *reader) {
    int64_t number;
    memcpy(&number, take(L, reader, sizeof number), sizeof number);
    return number;
}

static void push_host_function(lua_State *L, int64_t number) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &hosts);
    if (lua_rawgeti(L, -1, number) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_pushinteger(L, number);
        lua_pushcclosure(L, wire_call_host, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, number);
    }
    lua_remove(L, -2);
}

static void push_value(lua_State *L, struct reader *reader, int depth);

// Room beforehand is a hint; a wrong count must not become a huge table.
static int hint(int64_t count) { return count < 1 << 16 ? (int)count : 1 << 16; }

static void push_table(lua_State *L, struct reader *reader, int depth) {
    if (depth == deepest) luaL_error(L, "tables nested deeper than %d cannot be handed over", deepest);
    luaL_checkstack(L, 8, "too deep");
    int64_t count = take_number(L, reader);
    int64_t fields = take_number(L, reader);
    lua_createtable(L, hint(count), hint(fields));
    for (int64_t i = 1; i <= count; i++) {
        push_value(L, reader, depth + 1);
        lua_rawseti(L, -2, i);
    }
    for (int64_t i = 0; i < fields; i++) {
        push_value(L, reader, depth + 1);
        push_value(L, reader, depth + 1);
        lua_rawset(L, -3);
    }
}

static void push_value(lua_State *L, struct reader *reader, int depth) {
    grapnel_lua_step(L, 1);
    enum kind kind = (enum kind)*take(L, reader, 1);
    switch (kind) {
    case kind_nil: lua_pushnil(L); break;
    case kind_false: lua_pushboolean(L, false); break;
    case kind_true: lua_pushboolean(L, true); break;
    case kind_integer: lua_pushinteger(L, take_number(L, reader)); break;
    case kind_number: {
        lua_Number number;
        memcpy(&number, take(L, reader, sizeof number), sizeof number);
        lua_pushnumber(L, number);
        break;
    }
    case kind_string: {
        size_t length = (size_t)take_number(L, reader);
        lua_pushlstring(L, (const char *)take(L, reader, length), length);
        break;
    }
    case kind_table: push_table(L, reader, depth); break;
    case kind_function:
        lua_rawgetp(L, LUA_REGISTRYINDEX, &functions);
        lua_rawgeti(L, -1, take_number(L, reader));
        lua_remove(L, -2);
        break;
    case kind_host: push_host_function(L, take_number(L, reader)); break;
    default: luaL_error(L, "a value of no known kind");
    }
}

int wire_push_list(lua_State *L, const uint8_t *start, size_t length) {
    struct reader reader = {start, start + length};
    int64_t count = take_number(L, &reader);
    if (count > 1 << 16) luaL_error(L, "too many values");
    luaL_checkstack(L, (int)count + 8, "too many values");
    for (int64_t i = 0; i < count; i++) push_value(L, &reader, 0);
    return (int)count;
}

// MARK: Host functions

bool grapnel_lua_answer(struct grapnel_lua *state, const uint8_t *values, size_t length) {
    wire_clear(&state->in);
    return wire_append(&state->in, values, length);
}

// The closure behind every host function. The host only leaves its answer and returns; what is raised is raised
// here, with none of its frames on the stack.
int wire_call_host(lua_State *L) {
    struct grapnel_lua *state = state_of(L);
    limits_check(L);
    limits_check_stack(L);
    wire_write_list(L, 1, lua_gettop(L));
    wire_clear(&state->in);
    int64_t number = lua_tointeger(L, lua_upvalueindex(1));
    enum grapnel_lua_answer_kind answer = state->callbacks.call(
        state->host, number, state->out.start, state->out.length);
    limits_check(L);
    lua_settop(L, 0);
    if (answer == GRAPNEL_LUA_VALUES) return wire_push_list(L, state->in.start, state->in.length);
    if (answer == GRAPNEL_LUA_MESSAGE) {
        failure_push_position(L);
    } else {
        lua_pushliteral(L, "");
    }
    lua_pushlstring(L, (const char *)state->in.start, state->in.length);
    lua_concat(L, 2);
    return lua_error(L);
}

void wire_open(lua_State *L) {
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &functions);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &hosts);
}
