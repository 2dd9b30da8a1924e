#include "baseline.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

struct tag {
    const char *text;
    long numbers[3];
};

static int compare(const void *left, const void *right) {
    const struct tag *one = left, *other = right;
    for (int i = 0; i < 3; i++)
        if (one->numbers[i] != other->numbers[i]) return one->numbers[i] < other->numbers[i] ? 1 : -1;
    return 0;
}

// The tags are those of contrib/bench/ours/TagBench.swift.
static char *tags_make(long total) {
    char *texts = malloc(total * 32);
    for (long i = 0; i < total; i++) {
        long mixed = i * 7919 % total;
        snprintf(texts + i * 32, 32, "1.%ld.%ld%s", mixed / 100, mixed % 100, mixed % 5 == 0 ? "-alpine" : "");
    }
    return texts;
}

static pcre2_code *expression(void) {
    int error;
    size_t offset;
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR) "^1\\.(?<n>[0-9]+)\\.", PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &offset, NULL);
    if (!code) FAIL("the expression is bad");
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

static int numbers(struct tag *tag, pcre2_code *code, pcre2_match_data *match) {
    if (!code) {
        int end = 0;
        return sscanf(tag->text, "%ld.%ld.%ld%n", tag->numbers, tag->numbers + 1, tag->numbers + 2, &end) == 3
               && tag->text[end] == 0;
    }
    if (pcre2_match(code, (PCRE2_SPTR)tag->text, PCRE2_ZERO_TERMINATED, 0, 0, match, NULL) < 2) return 0;
    memset(tag->numbers, 0, sizeof tag->numbers);
    tag->numbers[0] = atol(tag->text + pcre2_get_ovector_pointer(match)[2]);
    return 1;
}

// Reading numbers from each tag and sorting by them.
// words: semver or regex, how many tags
double tags(long count, char **words) {
    long total = atol(words[1]);
    char *texts = tags_make(total);
    struct tag *all = malloc(total * sizeof *all);
    double start = now();
    for (long i = 0; i < count; i++) {
        pcre2_code *code = strcmp(words[0], "regex") == 0 ? expression() : NULL;
        pcre2_match_data *match = pcre2_match_data_create(2, NULL);
        long found = 0;
        for (long k = 0; k < total; k++) {
            all[found].text = texts + k * 32;
            if (numbers(all + found, code, match)) found++;
        }
        qsort(all, found, sizeof *all, compare);
        if (found == 0 || all[0].numbers[code ? 0 : 1] != (total - 1) / 100) FAIL("the wrong tag is the first");
        pcre2_match_data_free(match);
        pcre2_code_free(code);
    }
    double each = (now() - start) / (double)count;
    free(all);
    free(texts);
    return each;
}
