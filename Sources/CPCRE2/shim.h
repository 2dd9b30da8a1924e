// PCRE2 refuses to be included without knowing the code unit width.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
