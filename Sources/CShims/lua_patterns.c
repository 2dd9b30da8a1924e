// memmem is GNU's.
#define _GNU_SOURCE

// Lua's patterns, as its manual describes them (6.4.1), matched by backtracking in a counted number of steps.
#include "lua_patterns.h"
#include "lua_internal.h"

#include <ctype.h>
#include <string.h>

enum {
    escape = '%',
    maximum_captures = 32,
    // How deep the matcher may call itself; only parentheses and repetitions in the pattern do that.
    maximum_depth = 200,
    steps_per_look = 256,
};

// So many steps for one call, and so many more for each byte of its subject: what is linear always gets through.
static const uint64_t base_steps = 20000000, steps_per_byte = 32;

// Lengths that are none.
static const ptrdiff_t still_open = -1, position_only = -2;

struct matcher {
    lua_State *L;
    const char *subject, *subject_end;
    const char *pattern_end;
    int depth;
    uint64_t steps, limit;
    int captures;
    struct {
        const char *start;
        ptrdiff_t length;
    } capture[maximum_captures];
};

static void begin(struct matcher *m, lua_State *L, const char *subject, size_t length, const char *pattern_end) {
    m->L = L;
    m->subject = subject;
    m->subject_end = subject + length;
    m->pattern_end = pattern_end;
    m->steps = 0;
    m->limit = base_steps + steps_per_byte * length;
}

static inline void step(struct matcher *m) {
    if (++m->steps % steps_per_look != 0) return;
    grapnel_lua_step(m->L, steps_per_look);
    if (m->steps > m->limit) luaL_error(m->L, "pattern too complex: more than %I steps", (lua_Integer)m->limit);
}

// MARK: single characters

static bool is_in_class(int c, int class) {
    bool is;
    switch (tolower(class)) {
        case 'a': is = isalpha(c); break;
        case 'c': is = iscntrl(c); break;
        case 'd': is = isdigit(c); break;
        case 'g': is = isgraph(c); break;
        case 'l': is = islower(c); break;
        case 'p': is = ispunct(c); break;
        case 's': is = isspace(c); break;
        case 'u': is = isupper(c); break;
        case 'w': is = isalnum(c); break;
        case 'x': is = isxdigit(c); break;
        // Not in the manual any more, and still in Lua.
        case 'z': is = c == 0; break;
        default: return class == c;
    }
    return isupper(class) ? !is : is;
}

// Where the element that begins at p ends: a character, an escaped one, or a set.
static const char *element_end(struct matcher *m, const char *p) {
    char first = *p++;
    if (first == escape) {
        if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (first != '[') return p;
    if (p < m->pattern_end && *p == '^') p++;
    // A bracket that comes first belongs to the set.
    for (bool is_first = true; is_first || p == m->pattern_end || *p != ']'; is_first = false) {
        if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == escape && p < m->pattern_end) p++;
    }
    return p + 1;
}

// The set begins at `[` and `last` is its closing bracket.
static bool is_in_set(int c, const char *p, const char *last) {
    bool found = true;
    if (*++p == '^') {
        found = false;
        p++;
    }
    while (p < last) {
        if (*p == escape) {
            p++;
            if (is_in_class(c, (unsigned char)*p)) return found;
            p++;
        } else if (p[1] == '-' && p + 2 < last) {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2]) return found;
            p += 3;
        } else {
            if ((unsigned char)*p == c) return found;
            p++;
        }
    }
    return !found;
}

static bool matches_one(struct matcher *m, const char *s, const char *p, const char *end) {
    step(m);
    if (s >= m->subject_end) return false;
    int c = (unsigned char)*s;
    switch (*p) {
        case '.': return true;
        case escape: return is_in_class(c, (unsigned char)p[1]);
        case '[': return is_in_set(c, p, end - 1);
        default: return (unsigned char)*p == c;
    }
}

// MARK: matching

static const char *match_here(struct matcher *m, const char *s, const char *p);

static const char *longest_first(struct matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (matches_one(m, s + count, p, end)) count++;
    for (; count >= 0; count--) {
        const char *result = match_here(m, s + count, end + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *shortest_first(struct matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *result = match_here(m, s, end + 1);
        if (result) return result;
        if (!matches_one(m, s, p, end)) return NULL;
        s++;
    }
}

static const char *open_capture(struct matcher *m, const char *s, const char *p, ptrdiff_t length) {
    if (m->captures >= maximum_captures) luaL_error(m->L, "too many captures");
    m->capture[m->captures].start = s;
    m->capture[m->captures].length = length;
    m->captures++;
    const char *result = match_here(m, s, p);
    if (!result) m->captures--;
    return result;
}

static const char *close_capture(struct matcher *m, const char *s, const char *p) {
    int i = m->captures - 1;
    while (i >= 0 && m->capture[i].length != still_open) i--;
    if (i < 0) luaL_error(m->L, "invalid pattern capture");
    m->capture[i].length = s - m->capture[i].start;
    const char *result = match_here(m, s, p);
    if (!result) m->capture[i].length = still_open;
    return result;
}

static const char *back_reference(struct matcher *m, const char *s, char digit) {
    int i = digit - '1';
    if (i < 0 || i >= m->captures || m->capture[i].length == still_open)
        luaL_error(m->L, "invalid capture index %%%d", i + 1);
    ptrdiff_t length = m->capture[i].length;
    if (length < 0 || m->subject_end - s < length) return NULL;
    for (ptrdiff_t at = 0; at < length; at += steps_per_look) step(m);
    return memcmp(s, m->capture[i].start, (size_t)length) == 0 ? s + length : NULL;
}

// p points to the two characters.
static const char *balanced(struct matcher *m, const char *s, const char *p) {
    if (p + 1 >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->subject_end || *s != *p) return NULL;
    size_t depth = 1;
    while (++s < m->subject_end) {
        step(m);
        if (*s == p[1]) {
            if (--depth == 0) return s + 1;
        } else if (*s == p[0]) {
            depth++;
        }
    }
    return NULL;
}

// p points to the set; answers where the pattern goes on.
static const char *frontier(struct matcher *m, const char *s, const char *p) {
    if (p >= m->pattern_end || *p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
    const char *end = element_end(m, p);
    int before = s == m->subject ? 0 : (unsigned char)s[-1];
    int here = s == m->subject_end ? 0 : (unsigned char)*s;
    return !is_in_set(before, p, end - 1) && is_in_set(here, p, end - 1) ? end : NULL;
}

// Where the match that begins at s ends; NULL if there is none.
static const char *match_here(struct matcher *m, const char *s, const char *p) {
    if (m->depth-- == 0) luaL_error(m->L, "pattern too complex");
    const char *result = NULL;
    for (;;) {
        step(m);
        if (p == m->pattern_end) {
            result = s;
            break;
        }
        if (*p == '(') {
            bool is_position = p + 1 < m->pattern_end && p[1] == ')';
            result = is_position ? open_capture(m, s, p + 2, position_only) : open_capture(m, s, p + 1, still_open);
            break;
        }
        if (*p == ')') {
            result = close_capture(m, s, p + 1);
            break;
        }
        if (*p == '$' && p + 1 == m->pattern_end) {
            result = s == m->subject_end ? s : NULL;
            break;
        }
        if (*p == escape && p + 1 < m->pattern_end) {
            const char *next = NULL;
            bool is_special = true;
            if (p[1] == 'b') {
                if ((s = balanced(m, s, p + 2))) next = p + 4;
            } else if (p[1] == 'f') {
                next = frontier(m, s, p + 2);
            } else if (isdigit((unsigned char)p[1])) {
                if ((s = back_reference(m, s, p[1]))) next = p + 2;
            } else {
                is_special = false;
            }
            if (is_special) {
                if (!next) break;
                p = next;
                continue;
            }
        }
        const char *end = element_end(m, p);
        char suffix = end < m->pattern_end ? *end : 0;
        if (suffix == '*') {
            result = longest_first(m, s, p, end);
            break;
        }
        if (suffix == '-') {
            result = shortest_first(m, s, p, end);
            break;
        }
        bool is_match = matches_one(m, s, p, end);
        if (suffix == '+') {
            result = is_match ? longest_first(m, s + 1, p, end) : NULL;
            break;
        }
        if (suffix == '?') {
            if (is_match && (result = match_here(m, s + 1, end + 1))) break;
            p = end + 1;
            continue;
        }
        if (!is_match) break;
        s++;
        p = end;
    }
    m->depth++;
    return result;
}

static const char *match_at(struct matcher *m, const char *s, const char *p) {
    m->captures = 0;
    m->depth = maximum_depth;
    return match_here(m, s, p);
}

// MARK: captures as values

// Capture i of a match from s to end; the whole match stands in for the first where the pattern has none.
static void push_capture(struct matcher *m, int i, const char *s, const char *end) {
    if (i >= m->captures) {
        if (i != 0) luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, s, (size_t)(end - s));
        return;
    }
    ptrdiff_t length = m->capture[i].length;
    if (length == still_open) luaL_error(m->L, "unfinished capture");
    if (length == position_only)
        lua_pushinteger(m->L, m->capture[i].start - m->subject + 1);
    else
        lua_pushlstring(m->L, m->capture[i].start, (size_t)length);
}

// s is NULL where the whole match is not wanted.
static int push_captures(struct matcher *m, const char *s, const char *end) {
    int count = m->captures == 0 && s ? 1 : m->captures;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) push_capture(m, i, s, end);
    return count;
}

// MARK: find and match

// A position as scripts give it, as an offset; past the end stays past the end.
static size_t start_offset(lua_State *L, int argument, size_t length) {
    lua_Integer position = luaL_optinteger(L, argument, 1);
    if (position > 0) return (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)length) return 0;
    return length - (size_t)-position;
}

static bool is_plain(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (pattern[i] != 0 && strchr("^$*+?.([%-", pattern[i])) return false;
    return true;
}

static int find_plain(lua_State *L, const char *subject, size_t length, const char *text, size_t text_length, size_t from) {
    grapnel_lua_step(L, (unsigned)((length - from) / steps_per_look) + 1);
    const char *found = memmem(subject + from, length - from, text, text_length);
    if (!found) {
        luaL_pushfail(L);
        return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)text_length);
    return 2;
}

static int find_or_match(lua_State *L, bool is_find) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t from = start_offset(L, 3, length);
    if (from > length) {
        luaL_pushfail(L);
        return 1;
    }
    if (is_find && (lua_toboolean(L, 4) || is_plain(pattern, pattern_length)))
        return find_plain(L, subject, length, pattern, pattern_length, from);
    const char *pattern_end = pattern + pattern_length;
    bool is_anchored = pattern_length > 0 && *pattern == '^';
    if (is_anchored) pattern++;
    struct matcher m;
    begin(&m, L, subject, length, pattern_end);
    const char *s = subject + from;
    do {
        const char *end = match_at(&m, s, pattern);
        if (!end) continue;
        if (!is_find) return push_captures(&m, s, end);
        lua_pushinteger(L, s - subject + 1);
        lua_pushinteger(L, end - subject);
        return push_captures(&m, NULL, NULL) + 2;
    } while (s++ < m.subject_end && !is_anchored);
    luaL_pushfail(L);
    return 1;
}

static int string_find(lua_State *L) { return find_or_match(L, true); }

static int string_match(lua_State *L) { return find_or_match(L, false); }

// MARK: gmatch

// Upvalues: subject, pattern, offset of the next try, offset of the last match's end or -1.
static int gmatch_next(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_length);
    size_t from = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    struct matcher m;
    begin(&m, L, subject, length, pattern + pattern_length);
    for (; from <= length; from++) {
        const char *end = match_at(&m, subject + from, pattern);
        if (!end || end - subject == last) continue;
        lua_pushinteger(L, end - subject);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(&m, subject + from, end);
    }
    lua_pushinteger(L, (lua_Integer)from);
    lua_replace(L, lua_upvalueindex(3));
    return 0;
}

static int string_gmatch(lua_State *L) {
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t from = start_offset(L, 3, length);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)(from > length ? length + 1 : from));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, gmatch_next, 4);
    return 1;
}

// MARK: gsub

static void append(lua_State *L, luaL_Buffer *buffer, const char *text, size_t length) {
    // The buffer doubles while the old one is still there.
    if (length > buffer->size - buffer->n) limits_make_room(L, 2 * (buffer->size + length));
    luaL_addlstring(buffer, text, length);
}

static void append_expanded(struct matcher *m, luaL_Buffer *buffer, const char *s, const char *end) {
    size_t length;
    const char *text = lua_tolstring(m->L, 3, &length), *text_end = text + length;
    while (text < text_end) {
        const char *mark = memchr(text, escape, (size_t)(text_end - text));
        if (!mark) mark = text_end;
        append(m->L, buffer, text, (size_t)(mark - text));
        if (mark == text_end) return;
        // A string of Lua's ends with a zero, so there is something behind the mark.
        char kind = mark[1];
        text = mark + 2;
        if (kind == escape) {
            append(m->L, buffer, mark, 1);
        } else if (kind == '0') {
            append(m->L, buffer, s, (size_t)(end - s));
        } else if (isdigit((unsigned char)kind)) {
            int i = kind - '1';
            if (i < m->captures && m->capture[i].length >= 0) {
                append(m->L, buffer, m->capture[i].start, (size_t)m->capture[i].length);
            } else if (i == 0 && m->captures == 0) {
                append(m->L, buffer, s, (size_t)(end - s));
            } else {
                push_capture(m, i, s, end);
                luaL_tolstring(m->L, -1, NULL);
                lua_remove(m->L, -2);
                luaL_addvalue(buffer);
            }
        } else {
            luaL_error(m->L, "invalid use of '%c' in replacement string", escape);
        }
    }
}

// Whether something else stands there now.
static bool append_replacement(struct matcher *m, luaL_Buffer *buffer, const char *s, const char *end, int type) {
    lua_State *L = m->L;
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, s, end), 1);
    } else if (type == LUA_TTABLE) {
        push_capture(m, 0, s, end);
        lua_gettable(L, 3);
    } else {
        append_expanded(m, buffer, s, end);
        return true;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        append(L, buffer, s, (size_t)(end - s));
        return false;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    size_t length;
    lua_tolstring(L, -1, &length);
    if (length > buffer->size - buffer->n) limits_make_room(L, 2 * (buffer->size + length));
    luaL_addvalue(buffer);
    return true;
}

static int string_gsub(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    int type = lua_type(L, 3);
    luaL_argexpected(
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
        "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    const char *pattern_end = pattern + pattern_length;
    bool is_anchored = pattern_length > 0 && *pattern == '^';
    if (is_anchored) pattern++;
    struct matcher m;
    begin(&m, L, subject, length, pattern_end);
    const char *s = subject, *last = NULL;
    lua_Integer count = 0;
    bool is_changed = false;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    while (count < most) {
        const char *end = match_at(&m, s, pattern);
        if (end && end != last) {
            count++;
            is_changed |= append_replacement(&m, &buffer, s, end, type);
            s = last = end;
        } else if (s < m.subject_end) {
            append(L, &buffer, s++, 1);
        } else {
            break;
        }
        if (is_anchored) break;
    }
    if (is_changed) {
        append(L, &buffer, s, (size_t)(m.subject_end - s));
        luaL_pushresult(&buffer);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, count);
    return 2;
}

void grapnel_lua_open_patterns(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
